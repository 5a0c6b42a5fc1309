//! What documents of recalls left: the units that no later document has lifted, by document and goods.

use tokio_postgres::types::Json;

use super::{Position, RecalledGoods};
use crate::platform::db::GenericClient;
use crate::platform::problem::{Error, Result};
use crate::registry::Names;

/// Recalled goods, newest first, from behind a position on. `words` have to stand in a name, the maker or the GTIN, each of
/// them somewhere; they come in small letters.
pub(super) async fn list_recalls(
    db: &impl GenericClient,
    words: &[String],
    after: Option<Position>,
    limit: i64,
) -> Result<Vec<RecalledGoods>> {
    let list = db
        .prepare_cached(
            "-- recalls::list_recalls
             WITH recall AS (
                 SELECT o.id, o.at, o.participant, o.details, r.order_number,
                     range_agg(int4range(r.first_index, r.last_index, '[]')) AS units
                 FROM document o JOIN document_range r ON r.document_id = o.id
                 WHERE o.kind = 'recall'
                 GROUP BY o.id, r.order_number
             ), standing AS (
                 SELECT id, at, participant, details, order_number, units - COALESCE((
                     SELECT range_agg(int4range(l.first_index, l.last_index, '[]'))
                     FROM document_range l JOIN document lift ON lift.id = l.document_id
                     WHERE l.order_number = recall.order_number AND lift.kind = 'lift-recall' AND lift.at > recall.at
                 ), '{}'::int4multirange) AS units
                 FROM recall
             ), goods AS (
                 SELECT s.id, s.at, s.participant, s.details, c.gtin,
                     sum((SELECT sum(upper(part) - lower(part)) FROM unnest(s.units) part))::bigint AS units
                 FROM standing s JOIN code_order c ON c.number = s.order_number
                 WHERE NOT isempty(s.units)
                 GROUP BY s.id, s.at, s.participant, s.details, c.gtin
             )
             SELECT g.id, g.at, g.gtin, p.trade_name_kk, p.trade_name_ru, p.trade_name_en, p.manufacturer,
                 n.name_kk, n.name_ru, n.name_en, g.details->'reason' AS reason,
                 COALESCE((g.details->>'recalled_on')::date, (g.at AT TIME ZONE 'Asia/Almaty')::date) AS recalled_on, g.units
             FROM goods g JOIN product p ON p.gtin = g.gtin LEFT JOIN participant n ON n.number = g.participant
             WHERE ($2::timestamptz IS NULL OR (g.at, g.id, g.gtin) < ($2, $3, $4))
                 AND NOT EXISTS (
                     SELECT FROM unnest($1::text[]) word
                     WHERE position(word IN lower(concat_ws(' ', p.trade_name_kk, p.trade_name_ru, p.trade_name_en,
                         p.manufacturer, lpad(g.gtin::text, 14, '0')))) = 0)
             ORDER BY g.at DESC, g.id DESC, g.gtin DESC LIMIT $5",
        )
        .await?;
    let at = after.and_then(Position::at);
    let (id, gtin) = (after.map(|after| after.id), after.map(|after| after.gtin));
    let rows = db.query(&list, &[&words, &at, &id, &gtin, &limit]).await?;
    rows.iter()
        .map(|row| {
            let gtin = u64::try_from(row.get::<_, i64>("gtin")).map_err(Error::internal)?;
            Ok(RecalledGoods {
                id: row.get("id"),
                at: row.get("at"),
                gtin: gtin.try_into().map_err(Error::internal)?,
                trade_name: Names {
                    kk: row.get("trade_name_kk"),
                    ru: row.get("trade_name_ru"),
                    en: row.get("trade_name_en"),
                },
                manufacturer: row.get("manufacturer"),
                participant: row.get::<_, Option<String>>("name_kk").map(|kk| Names {
                    kk,
                    ru: row.get("name_ru"),
                    en: row.get("name_en"),
                }),
                reason: row.get::<_, Option<Json<Names>>>("reason").map(|Json(reason)| reason).unwrap_or_default(),
                recalled_on: row.get("recalled_on"),
                units: row.get("units"),
            })
        })
        .collect()
}
