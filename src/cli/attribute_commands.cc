// firn pool|container set-attr|get-attr|list-attrs|del-attr
#include <CLI/CLI.hpp>

#include "cli/attribute_actions.h"
#include "cli/commands.h"

namespace firn::cli {

namespace {

using Action = Task<Result<void>> (*)(Session&, AttributeWish);

struct Group {
  CLI::App& app;
  Program& program;
  bool of_containers;
  std::shared_ptr<AttributeWish> wish;

  CLI::App* add(const char* name, const char* help, Action action) const {
    CLI::App* const command = app.add_subcommand(name, help);
    command->add_option("pool", wish->pool, "The pool's label or UUID")->required();
    if (of_containers) {
      command->add_option("container", wish->container, "The container's label or UUID")->required();
    }
    command->callback([values = wish, action, target = &program] {
      target->set([values, action](Session& session) { return action(session, *values); });
    });
    return command;
  }
};

}  // namespace

void add_attribute_commands(CLI::App& group, Program& program, bool of_containers) {
  const Group commands{group, program, of_containers, std::make_shared<AttributeWish>()};
  AttributeWish& wish = *commands.wish;
  commands.add("set-attr", "Set attributes: values of your own", set_attributes)
      ->add_option("attributes", wish.pairs, "NAME:VALUE …")
      ->required();
  commands.add("get-attr", "Show attributes", get_attributes)
      ->add_option("names", wish.names, "Their names (default: all)");
  commands.add("list-attrs", "Names of attributes", list_attributes)
      ->alias("list-attr")
      ->add_flag("-v,--values", wish.with_values, "With their values");
  commands.add("del-attr", "Delete attributes", delete_attributes)
      ->add_option("names", wish.names, "Their names")
      ->required();
}

}  // namespace firn::cli
