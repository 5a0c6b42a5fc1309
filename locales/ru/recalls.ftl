## The list of recalled goods and its feeds.

recalls-entry = Дата отзыва: { $on } Причина: { $reason }. Производитель: { $maker }. GTIN: { $gtin }
recalls-title = Отозванные товары
