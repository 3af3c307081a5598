// iods and sgls; see object_io.h. compat: I/O descriptor semantics.
#include "capi/object_io.h"

#include <algorithm>
#include <cstdlib>

#include "capi/convert.h"
#include "model/limits.h"

namespace firn::capi {

namespace {

constexpr uint64_t kFetchConditions = DAOS_COND_DKEY_FETCH | DAOS_COND_AKEY_FETCH;
constexpr uint64_t kUpdateConditions =
    DAOS_COND_DKEY_INSERT | DAOS_COND_DKEY_UPDATE | DAOS_COND_AKEY_INSERT | DAOS_COND_AKEY_UPDATE;
constexpr uint64_t kAkeyConditions = DAOS_COND_AKEY_INSERT | DAOS_COND_AKEY_UPDATE | DAOS_COND_AKEY_FETCH;

Error invalid(const char* why) { return fail(Code::invalid, why); }

// Of the whole call: what is said of each akey is in its iod. `allowed`: what makes sense with this call.
Result<Condition> conditions_of(uint64_t flags, uint64_t allowed) {
  const bool per_akey = (flags & DAOS_COND_PER_AKEY) != 0;
  if (per_akey && (flags & kAkeyConditions) != 0) return invalid("conditions for all akeys and for each");
  flags &= ~uint64_t{DAOS_COND_PER_AKEY};
  if ((flags & DAOS_COND_MASK & ~allowed) != 0) return invalid("a condition that this call does not have");
  return static_cast<Condition>(flags & allowed);
}

Result<Condition> akey_conditions(const IoArguments& arguments, const daos_iod_t& iod, uint64_t allowed) {
  if ((arguments.flags & DAOS_COND_PER_AKEY) == 0) return Condition::none;
  if ((iod.iod_flags & ~(allowed & kAkeyConditions)) != 0)
    return invalid("a condition that this akey cannot have");
  return static_cast<Condition>(iod.iod_flags);
}

Result<std::vector<Recx>> recxs_of(const daos_iod_t& iod, bool update) {
  std::vector<Recx> recxs;
  if (iod.iod_nr > kExtentsPerRequestMax) return fail(Code::too_big, "too many extents in one call");
  if (iod.iod_nr > 0 && iod.iod_recxs == nullptr) return invalid("an array's extents are missing");
  for (uint32_t i = 0; i < iod.iod_nr; i++) {
    const daos_recx_t& recx = iod.iod_recxs[i];
    if (recx.rx_idx >= kRecordIndexMax || recx.rx_nr > kRecordIndexMax - recx.rx_idx)
      return invalid("an extent beyond the last possible record");
    if (recx.rx_nr == 0 && update) return invalid("an extent without records");
    if (recx.rx_nr > 0) recxs.push_back({recx.rx_idx, recx.rx_nr});
  }
  return recxs;
}

// How many bytes the item's records take; nothing if that is more than any call can carry.
Result<uint64_t> bytes_of(const daos_iod_t& iod, const std::vector<Recx>& recxs) {
  if (iod.iod_type == DAOS_IOD_SINGLE) return uint64_t{iod.iod_size};
  uint64_t records = 0;
  for (const Recx& recx : recxs) records += recx.count;
  if (iod.iod_size != 0 && records > kRequestDataBytesMax / iod.iod_size) {
    return fail(Code::too_big, "more data than one call may carry").on("bytes_max", kRequestDataBytesMax);
  }
  return records * iod.iod_size;
}

enum class Extent : uint8_t { used, whole };

// The parts of a buffer list: what is used of them, or all their room.
Result<std::vector<MutableBytes>> parts_of(const d_sg_list_t* list, Extent extent) {
  std::vector<MutableBytes> parts;
  if (list == nullptr || list->sg_nr == 0) return parts;
  if (list->sg_iovs == nullptr) return invalid("a list of buffers without buffers");
  for (uint32_t i = 0; i < list->sg_nr; i++) {
    const d_iov_t& part = list->sg_iovs[i];
    if (part.iov_len > part.iov_buf_len && extent == Extent::used)
      return invalid("a buffer's used length is more than its length");
    if (part.iov_buf == nullptr && part.iov_buf_len > 0)
      return invalid("a buffer with a length and no address");
    const size_t bytes = extent == Extent::used ? part.iov_len : part.iov_buf_len;
    if (bytes > 0) parts.emplace_back(static_cast<std::byte*>(part.iov_buf), bytes);
  }
  return parts;
}

const d_sg_list_t* list_of(const IoArguments& arguments, unsigned index) {
  return arguments.sgls == nullptr ? nullptr : &arguments.sgls[index];
}

Result<void> check_arguments(const IoArguments& arguments) {
  if (arguments.count == 0 || arguments.iods == nullptr) return invalid("no akeys are given");
  if (arguments.count > kItemsPerRequestMax) return fail(Code::too_big, "too many akeys in one call");
  return {};
}

Result<Key> dkey_of(ObjectId object, const daos_key_t* key) {
  auto dkey = key_of(key, dkey_form(object));
  if (!dkey) return invalid("the dkey is missing, or has another length than a number");
  return *std::move(dkey);
}

Result<Key> akey_of(ObjectId object, const daos_iod_t& iod) {
  auto akey = key_of(&iod.iod_name, akey_form(object));
  if (!akey) return invalid("an akey is missing, or has another length than a number");
  if (iod.iod_type != DAOS_IOD_SINGLE && iod.iod_type != DAOS_IOD_ARRAY) return invalid("no type of value");
  return *std::move(akey);
}

ValueKind kind_of(const daos_iod_t& iod) {
  return iod.iod_type == DAOS_IOD_SINGLE ? ValueKind::single : ValueKind::array;
}

// Takes the first `bytes` of the parts.
Result<void> take_data(std::span<const MutableBytes> parts, uint64_t bytes, std::vector<ByteView>& data) {
  for (const MutableBytes& part : parts) {
    const size_t taken = std::min<uint64_t>(part.size(), bytes);
    if (taken > 0) data.push_back(part.first(taken));
    bytes -= taken;
  }
  if (bytes == 0) return {};
  return fail(Code::too_big, "the buffers hold less than the records take").on("missing_bytes", bytes);
}

Result<UpdateItem> plan_item(ObjectId object, const IoArguments& arguments, unsigned index,
                             std::vector<ByteView>& data) {
  const daos_iod_t& iod = arguments.iods[index];
  UpdateItem item{.kind = kind_of(iod), .record_bytes = iod.iod_size, .punch = iod.iod_size == DAOS_REC_ANY};
  FIRN_TRY(item.akey, akey_of(object, iod));
  FIRN_TRY(item.conditions, akey_conditions(arguments, iod, kUpdateConditions));
  if (item.kind == ValueKind::array) {
    FIRN_TRY(item.recxs, recxs_of(iod, true));
    if (item.recxs.empty()) return invalid("an array's extents are missing");
  } else if (iod.iod_nr != 1) {
    return invalid("a single value is one");
  }
  if (item.punch) return item;
  FIRN_TRY(const uint64_t bytes, bytes_of(iod, item.recxs));
  FIRN_TRY(const auto parts, parts_of(list_of(arguments, index), Extent::used));
  if (parts.empty()) return invalid("there is no data to write");
  FIRN_CHECK(take_data(parts, bytes, data));
  return item;
}

Result<client::FetchTarget> plan_target(ObjectId object, const IoArguments& arguments, unsigned index) {
  const daos_iod_t& iod = arguments.iods[index];
  client::FetchTarget target{.item = {.kind = kind_of(iod)}, .buffers = {}};
  FIRN_TRY(target.item.akey, akey_of(object, iod));
  FIRN_TRY(target.item.conditions, akey_conditions(arguments, iod, kFetchConditions));
  FIRN_TRY(target.buffers, parts_of(list_of(arguments, index), Extent::whole));
  if (target.item.kind == ValueKind::single) {
    if (iod.iod_nr != 1) return invalid("a single value is one");
    return target;
  }
  FIRN_TRY(target.item.recxs, recxs_of(iod, false));
  if (target.buffers.empty()) {
    if (iod.iod_size != DAOS_REC_ANY) return invalid("there is nowhere to read to");
    target.item.recxs.clear();  // only the record's size is asked for
    return target;
  }
  FIRN_TRY(const uint64_t bytes, bytes_of(iod, target.item.recxs));
  if (bytes > total_bytes(target.buffers))
    return fail(Code::too_big, "the buffers hold less than the records take");
  return target;
}

// One past the last byte in the buffers that was filled.
uint64_t filled_bytes(const FetchItem& wanted, const FetchedItem& found) {
  if (wanted.kind == ValueKind::single) return found.sent ? found.record_bytes : 0;
  uint64_t end = 0;
  uint64_t begin = 0;  // of this recx in the buffers
  size_t extent = 0;
  for (const Recx& recx : wanted.recxs) {
    for (; extent < found.extents.size(); extent++) {
      const Recx& there = found.extents[extent].recx;
      if (there.start < recx.start || there.end() > recx.end()) break;
      end = std::max(end, begin + (there.end() - recx.start) * found.record_bytes);
    }
    begin += recx.count * found.record_bytes;
  }
  return end;
}

void tell_lengths(d_sg_list_t* list, uint64_t bytes) {
  if (list == nullptr) return;
  list->sg_nr_out = 0;
  for (uint32_t i = 0; i < list->sg_nr && bytes > 0; i++) {
    d_iov_t& part = list->sg_iovs[i];
    part.iov_len = std::min<uint64_t>(part.iov_buf_len, bytes);
    bytes -= part.iov_len;
    list->sg_nr_out = i + 1;
  }
}

daos_recx_t recx_of(const FetchedExtent& extent) { return {extent.recx.start, extent.recx.count}; }

void tell_map(const FetchItem& wanted, const FetchedItem& found, daos_iom_t& map) {
  map.iom_type = wanted.kind == ValueKind::single ? DAOS_IOD_SINGLE : DAOS_IOD_ARRAY;
  map.iom_size = found.record_bytes;
  map.iom_nr_out = static_cast<uint32_t>(found.extents.size());
  map.iom_recx_lo = {};
  map.iom_recx_hi = {};
  if (found.extents.empty()) return;
  const auto [low, high] =
      std::ranges::minmax_element(found.extents, {}, [](const auto& e) { return e.recx; });
  map.iom_recx_lo = recx_of(*low);
  map.iom_recx_hi = recx_of(*high);
  if ((map.iom_flags & DAOS_IOMF_DETAIL) == 0) return;
  if (map.iom_nr == 0 && map.iom_recxs == nullptr) {
    map.iom_recxs = static_cast<daos_recx_t*>(calloc(found.extents.size(), sizeof(daos_recx_t)));
    if (map.iom_recxs != nullptr) map.iom_nr = map.iom_nr_out;
  }
  for (uint32_t i = 0; i < std::min(map.iom_nr, map.iom_nr_out); i++)
    map.iom_recxs[i] = recx_of(found.extents[i]);
}

}  // namespace

Result<UpdatePlan> plan_update(ObjectId object, const IoArguments& arguments) {
  UpdatePlan plan;
  FIRN_CHECK(check_arguments(arguments));
  FIRN_TRY(plan.dkey, dkey_of(object, arguments.dkey));
  FIRN_TRY(plan.conditions, conditions_of(arguments.flags, kUpdateConditions));
  plan.items.reserve(arguments.count);
  for (unsigned i = 0; i < arguments.count; i++) {
    FIRN_TRY(UpdateItem item, plan_item(object, arguments, i, plan.data));
    plan.items.push_back(std::move(item));
  }
  return plan;
}

Result<FetchPlan> plan_fetch(ObjectId object, const IoArguments& arguments) {
  FetchPlan plan;
  FIRN_CHECK(check_arguments(arguments));
  FIRN_TRY(plan.dkey, dkey_of(object, arguments.dkey));
  FIRN_TRY(plan.conditions, conditions_of(arguments.flags, kFetchConditions));
  plan.targets.reserve(arguments.count);
  for (unsigned i = 0; i < arguments.count; i++) {
    FIRN_TRY(client::FetchTarget target, plan_target(object, arguments, i));
    plan.targets.push_back(std::move(target));
  }
  return plan;
}

int tell_found(const FetchPlan& plan, const std::vector<FetchedItem>& found, const IoArguments& arguments) {
  int result = 0;
  for (unsigned i = 0; i < arguments.count; i++) {
    const FetchItem& wanted = plan.targets[i].item;
    arguments.iods[i].iod_size = found[i].record_bytes;
    const bool too_long = wanted.kind == ValueKind::single && found[i].record_bytes > 0 && !found[i].sent;
    if (too_long && !plan.targets[i].buffers.empty()) result = -DER_REC2BIG;
    if (arguments.sgls != nullptr) tell_lengths(&arguments.sgls[i], filled_bytes(wanted, found[i]));
    if (arguments.ioms != nullptr) tell_map(wanted, found[i], arguments.ioms[i]);
  }
  return result;
}

}  // namespace firn::capi
