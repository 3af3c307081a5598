// Errors that explain themselves; see error.h.
#include "base/error.h"

#include <vector>

namespace firn {

struct Error::Detail {
  std::string what;
  std::vector<std::pair<std::string, std::string>>
      subjects;  // what it failed on, in the order they were added
  std::string remedy;
  std::unique_ptr<Error> cause;
};

Error::Error(Code code, std::string what) : code_(code), detail_(std::make_unique<Detail>()) {
  detail_->what = std::move(what);
}

Error::Error(Error&& other) noexcept = default;
Error& Error::operator=(Error&& other) noexcept = default;
Error::~Error() = default;

const std::string& Error::what() const { return detail_->what; }

std::string_view Error::remedy() const {
  for (const Error* error = this; error != nullptr; error = error->cause()) {
    if (!error->detail_->remedy.empty()) return error->detail_->remedy;
  }
  return {};
}

const Error* Error::cause() const { return detail_->cause.get(); }

std::string_view Error::subject(std::string_view key) const {
  for (const Error* error = this; error != nullptr; error = error->cause()) {
    for (const auto& [name, value] : error->detail_->subjects) {
      if (name == key) return value;
    }
  }
  return {};
}

std::string Error::message() const {
  std::string text;
  for (const Error* error = this; error != nullptr; error = error->cause()) {
    if (error != this) text += ": ";
    text += error->detail_->what;
    std::string_view separator = " (";
    for (const auto& [key, value] : error->detail_->subjects) {
      text.append(separator).append(key).append("=").append(value);
      separator = ", ";
    }
    if (!error->detail_->subjects.empty()) text += ")";
  }
  return text;
}

Error Error::clone() const {
  Error copy(code_, detail_->what);
  copy.detail_->subjects = detail_->subjects;
  copy.detail_->remedy = detail_->remedy;
  if (detail_->cause) copy.detail_->cause = std::make_unique<Error>(detail_->cause->clone());
  return copy;
}

Error&& Error::on(std::string_view key, std::string value) && {
  detail_->subjects.emplace_back(key, std::move(value));
  return std::move(*this);
}

Error&& Error::remedy(std::string text) && {
  detail_->remedy = std::move(text);
  return std::move(*this);
}

Error&& Error::because(Error cause) && {
  detail_->cause = std::make_unique<Error>(std::move(cause));
  return std::move(*this);
}

std::string_view code_name(Code code) {
  switch (code) {
    case Code::invalid:
      return "invalid";
    case Code::not_found:
      return "not_found";
    case Code::exists:
      return "exists";
    case Code::permission:
      return "permission";
    case Code::no_space:
      return "no_space";
    case Code::io:
      return "io";
    case Code::corrupt:
      return "corrupt";
    case Code::busy:
      return "busy";
    case Code::timed_out:
      return "timed_out";
    case Code::canceled:
      return "canceled";
    case Code::unreachable:
      return "unreachable";
    case Code::unsupported:
      return "unsupported";
    case Code::too_big:
      return "too_big";
    case Code::not_empty:
      return "not_empty";
    case Code::not_directory:
      return "not_directory";
    case Code::is_directory:
      return "is_directory";
    case Code::name_too_long:
      return "name_too_long";
    case Code::symlink_loop:
      return "symlink_loop";
    case Code::stale:
      return "stale";
    case Code::version:
      return "version";
    case Code::in_use:
      return "in_use";
    case Code::cross_device:
      return "cross_device";
    case Code::read_only:
      return "read_only";
    case Code::no_data:
      return "no_data";
    case Code::in_doubt:
      return "in_doubt";
    case Code::restart:
      return "restart";
  }
  return "unknown";
}

}  // namespace firn
