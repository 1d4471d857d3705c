#include "services/delivery/sealed_keys.h"

namespace avvik::delivery {

std::vector<secrecy::SealedWith> SealedKeys() {
  return {
      {.name = "notice",
       .page = {"delivery_notice_keys",
                "SELECT notice_id AS id, tenant, address_key AS wrapped FROM notice "
                "WHERE notice_id > $1 AND address_key IS NOT NULL ORDER BY notice_id LIMIT 100"},
       .replace = {"delivery_notice_key",
                   "UPDATE notice SET address_key = $3 WHERE notice_id = $1 AND address_key = $2"},
       .busy = {},
       .texts =
        {
         {{"delivery_notice_recipient_places",
            "SELECT notice_id AS place, 'notice.recipient/' || notice_id AS context FROM notice "
            "WHERE notice_id = $1 AND recipient IS NOT NULL"},
           {"delivery_notice_recipient_read", "SELECT recipient AS sealed FROM notice WHERE notice_id = $1 AND recipient IS NOT NULL"},
           {"delivery_notice_recipient_seal", "UPDATE notice SET recipient = $3 WHERE notice_id = $1 AND recipient = $2"}},
        }},
  };
}

}  // namespace avvik::delivery
