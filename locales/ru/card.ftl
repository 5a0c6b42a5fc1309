## What a product card says.

card-checked-at = Ответ реестра: { $at } (время Казахстана)
card-fact-declaration = Таможенная декларация
card-fact-expires-on = Годен до
card-fact-gtin = Номер товара (GTIN)
card-fact-importer = Импортёр
card-fact-inside = Внутри
card-fact-manufacturer = Производитель
card-fact-participant = Заказчик кодов
card-fact-produced-on = Дата производства
card-fact-sealed-by = Кем подписан код
card-fact-serial = Серийный номер
card-fact-sscc = Номер упаковки (SSCC)
card-fact-status = Состояние
card-fact-trade-name = Наименование
card-no = Нет
card-step-check-online = Проверить по сети
card-step-report = Сообщить
card-step-scan-again = Сканировать ещё раз
card-step-scan-next = Сканировать другой код
card-yes = Да
