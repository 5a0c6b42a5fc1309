## A report of a violation: what it is about, where it stands, what the reporter is told.

category-code-copied = Один код на нескольких товарах
category-damaged-stamp = Повреждена марка
category-expired-goods = Истёк срок годности
category-information-mismatch = Сведения не совпадают
category-other = Другое
category-poor-quality = Плохое качество
category-price-mismatch = Цена не совпадает
category-sold-twice = Продаётся повторно
category-unmarked-goods = Товар без маркировки
report-due = Ответим не позднее { $date }
report-keep-token = Сохраните этот ключ: только по нему можно узнать, что с обращением. Никому его не передавайте.
report-message-assigned = Ваше обращение рассматривает инспектор.
report-message-confirmed = Нарушение подтвердилось. Спасибо, что сообщили.
report-message-deleted = Ваши данные удалены. Восстановить их нельзя.
report-message-forwarded = Ваше обращение передано органу, который занимается такими вопросами.
report-message-needs-information = Инспектор задал вам вопрос. Ответьте, и проверка продолжится.
report-message-received = Ваше обращение № { $number } принято. Спасибо.
report-message-rejected = Проверка не выявила нарушения. Если вы не согласны, обращение можно открыть снова.
report-message-reopened = Обращение открыто снова, мы рассмотрим его ещё раз.
report-similar =
    { $count ->
        [one] Похоже, о том же поступило ещё { $count } обращение.
        [few] Похоже, о том же поступило ещё { $count } обращения.
       *[many] Похоже, о том же поступило ещё { $count } обращений.
    }
report-status-assigned = Передано инспектору
report-status-confirmed = Нарушение подтвердилось
report-status-deleted = Данные удалены
report-status-forwarded = Передано другому органу
report-status-needs-information = Ждём вашего ответа
report-status-received = Принято
report-status-rejected = Нарушение не выявлено
report-status-reopened = Открыто снова
