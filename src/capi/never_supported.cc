// Functions that the API declares and that have never done anything anywhere: -DER_NOSYS.
#include <daos_cont.h>
#include <daos_obj_class.h>

int daos_obj_register_class(daos_handle_t, daos_oclass_id_t, daos_oclass_attr*, daos_event_t*) {
  return -DER_NOSYS;
}

int daos_obj_query_class(daos_handle_t, daos_oclass_id_t, daos_oclass_attr*, daos_event_t*) {
  return -DER_NOSYS;
}

int daos_obj_list_class(daos_handle_t, daos_oclass_list*, daos_anchor_t*, daos_event_t*) {
  return -DER_NOSYS;
}

int daos_cont_rollback(daos_handle_t, daos_epoch_t, daos_event_t*) { return -DER_NOSYS; }

int daos_cont_subscribe(daos_handle_t, daos_epoch_t*, daos_event_t*) { return -DER_NOSYS; }
