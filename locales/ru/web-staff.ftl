## What the app says to those who sign in: clerks first, and what they share with inspectors and operators.

web-account = Учётная запись
web-account-active = Действует
web-account-disable = Заблокировать
web-account-disable-text = Все сеансы этой учётной записи сразу завершатся. Войти с ней не получится, пока вы её не разблокируете.
web-account-disabled = Заблокирована
web-account-disabled-since = Заблокирована с
web-account-enable = Разблокировать
web-account-enable-text = Человек снова сможет войти с прежним паролем и вторым фактором.
web-account-fixed = Собственную учётную запись изменить нельзя. Учётные записи аудиторов меняют в командной строке.
web-account-login-hint = Латинские буквы a–z, цифры, точки, дефисы, подчёркивания или @
web-account-make = Создать учётную запись
web-account-new = Новая учётная запись
web-account-of = БИН участника
web-account-open = Управлять
web-account-region = Регион
web-account-role = Изменить роль
web-account-role-text = Человек сразу выйдет из системы и войдёт снова уже с новой ролью.
web-account-secrets = Новый пароль и второй фактор
web-account-secrets-gone = Секреты уже были показаны и нигде не хранятся. Если ответ потерялся, выпустите их заново.
web-account-secrets-handed = Данные переданы
web-account-secrets-once = Передайте эти данные лично прямо сейчас. Они показываются один раз и нигде не хранятся.
web-account-secrets-text = Для тех, кто их потерял. Прежние сразу перестанут действовать, все сеансы завершатся.
web-account-since = Создана
web-account-totp = Второй фактор
web-account-totp-open = Открыть в аутентификаторе на этом устройстве
web-alert = Сигнал
web-alert-assigned = В работе
web-alert-at-once = одновременно
web-alert-device = устройство { $count }
web-alert-devices = Устройств
web-alert-evidence = На чём это основано
web-alert-gone = Такого сигнала нет
web-alert-grown = Последнее событие
web-alert-leap = на расстоянии { $far } км, { $speed }
web-alert-link = Номер обращения
web-alert-link-add = Связать с обращением
web-alert-links = Связанное
web-alert-more = Показаны не все сканирования.
web-alert-new = Новые
web-alert-no-place = место не указано
web-alert-note = Заметка
web-alert-note-add = Добавить заметку
web-alert-notes = Заметки
web-alert-opened = Возник
web-alert-scans = Сканирований
web-alert-speed = скорость { $speed } км/ч
web-alert-trail = Где видели код
web-alert-weight = вес { $weight } %
web-alert-weight-name = Вес
web-alerts-empty = Сигналов нет
web-alerts-empty-text = По выбранным условиям ничего не найдено.
web-alerts-none-here = На этом сервере служба сигналов не работает.
web-alerts-search = Поиск: товар, GTIN, вид сигнала
web-any = Все
web-audit-action = Действие
web-audit-action-hint = Что было сделано
web-audit-actor = Кто
web-audit-actor-hint = Логин; или public, worker, cli
web-audit-anchor = Подписанная вершина цепочки
web-audit-anchor-text = Сохраните её там, куда администраторы реестра не могут писать. При сверке она покажет удалённые или переписанные записи.
web-audit-any = Любое действие
web-audit-broken = Журнал изменён
web-audit-broken-at = Цепочка нарушена на записи № { $record }.
web-audit-check = Проверить цепочку
web-audit-cli = Командная строка
web-audit-csv = Таблица CSV
web-audit-done = Выполнено
web-audit-find = Найти
web-audit-from = С
web-audit-gaps =
    { $count ->
        [one] Нет { $count } номера записи: транзакция была отменена.
        [few] Нет { $count } номеров записей: транзакции были отменены.
       *[many] Нет { $count } номеров записей: транзакции были отменены.
    }
web-audit-holds =
    { $count ->
        [one] Цепочка цела: проверена { $count } запись
        [few] Цепочка цела: проверены { $count } записи
       *[many] Цепочка цела: проверено { $count } записей
    }
web-audit-json = Строки JSON
web-audit-object = Объект
web-audit-object-hint = Номер жалобы, заказа или документа; БИН, GTIN, логин
web-audit-public = Посетитель
web-audit-refused = Отказ
web-audit-runs-back = Запись № { $record } датирована раньше предыдущей: её добавили позже, или часы шли неверно.
web-audit-to = По
web-audit-worker = Сам реестр
web-bin = БИН
web-clerk-add = Добавить
web-clerk-bad = нельзя продавать: { $count }
web-clerk-begin = Начать
web-clerk-by-product = По товарам
web-clerk-camera-on = Включить камеру
web-clerk-column-may = Можно ли продавать
web-clerk-column-number = №
web-clerk-column-serial = Серийный номер или номер упаковки
web-clerk-column-units = Единиц
web-clerk-complete = полностью
web-clerk-counting = Сверяем всё вместе
web-clerk-deliveries = Приёмка товара
web-clerk-discard = Удалить проверку
web-clerk-discard-question = Удалить эту проверку?
web-clerk-drop = Убрать код { $count }
web-clerk-empty = Проверок пока нет
web-clerk-empty-text = При приёмке сканируйте коды один за другим. Работает и без связи.
web-clerk-expected = Что ожидается
web-clerk-expected-items = Товары и количество
web-clerk-expected-nothing = Без сверки
web-clerk-expected-nothing-text = Проверяется только, можно ли продавать.
web-clerk-expected-pack = Содержимое одной упаковки
web-clerk-fewer = не хватает: { $count }
web-clerk-full = В одной проверке не больше { $max } кодов
web-clerk-gone = Такой проверки на этом устройстве нет
web-clerk-items = Список товаров
web-clerk-items-hint = По одному товару в строке: GTIN и количество. Например: 04870001234560 24
web-clerk-items-wrong = В каждой строке нужны GTIN и количество
web-clerk-later = Проверим, когда появится связь
web-clerk-list = Отсканированные коды
web-clerk-missing = Не хватает
web-clerk-more = лишних: { $count }
web-clerk-name = Название
web-clerk-new = Новая проверка
web-clerk-pack-hidden = Содержимое упаковки видит только её владелец. Отсканируйте товары в ней по одному.
web-clerk-pack-wrong = В номере упаковки 18 цифр
web-clerk-present = Ожидалось: { $expected }, есть: { $present }
web-clerk-scanned =
    { $count ->
        [one] { $count } код
        [few] { $count } кода
       *[many] { $count } кодов
    }
web-clerk-scanner-help = Сканер, подключённый как клавиатура, добавляет код сам: держать курсор в поле не нужно.
web-clerk-scanner-on = Сканер вместо камеры
web-clerk-start = Отсканируйте первый код
web-clerk-total-bad = нельзя продавать
web-clerk-total-doubled = повторно
web-clerk-total-extra = лишних
web-clerk-total-good = можно продавать
web-clerk-total-missing = не хватает
web-clerk-total-unknown = не проверено
web-clerk-totals = Итоги
web-clerk-type = Введите код или считайте сканером
web-clerk-unanswered = не проверено
web-clerk-undo = Отменить
web-clerk-undone = Последнее действие отменено
web-clerk-units =
    { $count ->
        [one] в них { $count } единица товара
        [few] в них { $count } единицы товара
       *[many] в них { $count } единиц товара
    }
web-clerk-unpack = Показать содержимое
web-clerk-waiting =
    { $count ->
        [one] { $count } код ждёт проверки
        [few] { $count } кода ждут проверки
       *[many] { $count } кодов ждут проверки
    }
web-clerk-workbook = Скачать для Excel
web-confirm = Да, подтвердить
web-decide = Решение
web-decide-ask = Запросить сведения у автора
web-decide-do = Принять решение
web-decide-message = Ответ автору
web-decide-message-hint = Понятно напишите, что выяснилось и что сделано.
web-decide-note = Пояснение
web-decided = Решение принято.
web-decision-confirmed = Нарушение подтвердилось
web-decision-honest-resale = Добросовестная перепродажа
web-decision-not-confirmed = Не подтвердилось
web-decision-scanner-fault = Ошибка сканера
web-deed = Подать документ
web-deed-applications = Сообщить о нанесении
web-deed-ask = { $what }: № { $first }–{ $last }, { $goods }. Всего: { $count }. Подтверждаете?
web-deed-ask-recall = Об отзыве узнают все.
web-deed-done-units = Документ принят: { $what }. Кодов: { $count }.
web-deed-first = С номера
web-deed-kind = Вид документа
web-deed-last = По номер
web-deed-number = Номер документа
web-deed-reason = Причина
web-deed-recall-hint = Это прочитают все.
web-deed-recalls = Отозвать
web-deed-receipt = Номер чека
web-deed-receiver = БИН получателя
web-deed-releases = Ввести в оборот
web-deed-returns = Оформить возврат
web-deed-sales = Отметить продажу
web-deed-shipments = Отгрузить
web-deed-withdrawals = Вывести из оборота
web-faults-more = И ещё: { $count }
web-file-codes = коды
web-file-labels = этикетки
web-files = Коды файлом
web-files-first = После первого файла заказ нельзя будет аннулировать.
web-files-hint = Номера начинаются с 1. Если не заполнено, выдаются все коды заказа. В один PDF помещается не больше { $most } этикеток.
web-files-most = Для этикеток выберите не больше { $most } кодов.
web-files-range = Введите номер от 1 до { $last }
web-handed-over = Передано коллеге.
web-in-en = По-английски
web-in-en-hint = Если не заполнено, показывается русское название.
web-in-kk = По-казахски
web-in-ru = По-русски
web-inspect-contact = Контакт
web-inspect-deleted = Данные удалены
web-inspect-elsewhere =
    { $count ->
        [one] В других регионах есть ещё { $count } обращение.
        [few] В других регионах есть ещё { $count } обращения.
       *[many] В других регионах есть ещё { $count } обращений.
    }
web-inspect-gone = Такого обращения нет
web-inspect-gone-text = Возможно, оно относится к другому региону.
web-inspect-linked = Похожие обращения
web-inspect-message = Вопрос или сообщение автору
web-inspect-message-hint = Язык автора: { $language }
web-job-attempts = Неудачных попыток: { $count }
web-job-delete-photos = Удалить фотографии обращения ({ $count })
web-job-drop = Удалить задание
web-job-drop-text = Эта работа никогда не будет выполнена. Отменить удаление нельзя.
web-job-judge-sale = Проверить отклонённую продажу на признаки копий ({ $count })
web-job-judge-scans = Проверить сканирования на признаки копий ({ $count })
web-job-link-report = Связать обращение с похожими
web-job-note-erasures = Записать удаление обращений ({ $count })
web-job-push-answer = Отправить автору обращения уведомление об ответе
web-job-refresh-order = Обновить коды заказа в быстрой копии реестра ({ $count })
web-job-refresh-packs = Обновить агрегаты в быстрой копии реестра ({ $count })
web-job-refresh-participant = Обновить участника в быстрой копии реестра
web-job-refresh-product = Обновить товар в быстрой копии реестра
web-job-retry = Повторить
web-job-retry-text = Повторяйте, когда причина устранена. Если задание снова не выполнится, оно вернётся в этот список.
web-job-tell-alert = Сообщить другой системе о сигнале
web-job-times = Создано { $appended }, в этом списке с { $died }
web-jobs-none = Невыполненных заданий нет
web-jobs-text = Фоновые задания, которые слишком много раз завершились ошибкой. Без вашего решения они больше не запускаются.
web-key-active = Подписывает
web-key-confirm = Для подтверждения введите обозначение ключа: { $key }
web-key-for-contact = Шифрует контакты и вторые факторы
web-key-for-ever = Не меняется
web-key-for-push = Подписывает уведомления для браузеров
web-key-for-seal = Подписывает коды: { $group }
web-key-for-serial = Создаёт серийные номера
web-key-for-token = Подписывает сеансы
web-key-in-use = Используется
web-key-next = Скоро начнёт подписывать
web-key-retired = Прежний, ещё действителен
web-key-revoke = Отозвать
web-key-revoke-seal = Кодам, подписанным этим ключом ({ $codes }), больше не поверят: сразу, везде и навсегда. Тех, кто сканирует такие товары, предупредят, что подпись не признаётся. Ключ сменится новым.
web-key-revoke-token = Каждый сеанс при следующем запросе сам получит новый токен, входить заново никому не придётся. Ключ сменится новым.
web-key-revoked = Отозван
web-key-revoked-at = Отозван: { $at }
web-key-rotate = Новый ключ
web-key-rotate-text = Через полминуты новый ключ сменит нынешний. Всё, что подписано прежним, остаётся действительным.
web-key-seals = Кодов: { $codes }, заказов: { $orders }
web-key-signs = С { $from } до { $until }
web-keys-list = Список ключей для телефонов: версия { $version }
web-keys-list-due = Телефоны ещё не знают о последнем изменении
web-keys-list-due-text = Подпишите следующий список там, где хранится корневой ключ: tanba keys export, sign, publish. До этого телефоны пользуются прежним, но не дольше суток.
web-linked = Связано.
web-linked-nearby = рядом
web-linked-same-code = тот же код
web-linked-same-outlet = тот же магазин
web-login = Логин
web-map-count =
    { $count ->
        [one] { $count } сигнал
        [few] { $count } сигнала
       *[many] { $count } сигналов
    }
web-map-failed = Карта не загрузилась. Список работает полностью.
web-map-from = С
web-map-heat = Подозрительные зоны
web-map-hot = Подозрительных зон: { $count }
web-map-layers = Показать
web-map-list = То же, что на карте, списком
web-map-scanned = Сканирований: { $scans }, из них сомнительных: { $suspicious }. Участков на карте: { $cells }.
web-map-scans = Сканирования
web-map-to = По
web-map-until = По состоянию на { $date }
web-not-yours = Эта страница не для вас
web-not-yours-text = У вашей учётной записи нет доступа к этому разделу.
web-noted = Заметка добавлена.
web-numbers = № { $first }–{ $last } (всего { $count })
web-order-approve = Одобрить
web-order-approve-text = После одобрения участник сможет выгрузить коды.
web-order-approved = одобрен
web-order-awaiting = ждёт одобрения
web-order-awaiting-operator = Заказ большой или сделан на марки алкоголя. Проверьте товар и количество и примите решение.
web-order-awaiting-text = Большие заказы и марки алкоголя одобряет оператор. Решение появится на этой странице.
web-order-exported = Коды выданы
web-order-refuse = Отклонить
web-order-refuse-hint = Это прочитает участник.
web-order-refuse-text = Отклонённый заказ потом нельзя одобрить.
web-order-refused = отклонён
web-order-state = Состояние
web-order-void = Аннулировать заказ
web-order-void-text = По этому заказу коды не выдаются. Его места займут следующие заказы.
web-order-voided = аннулирован
web-order-voided-text = По этому заказу не выдан ни один код.
web-participant-block = Заблокировать
web-participant-block-text = Сотрудники участника не смогут войти, заказать коды и подать документы.
web-participant-blocked = заблокирован
web-participant-blocked-at = Заблокирован с { $at }
web-participant-importer = импортёр
web-participant-open = Открыть
web-participant-producer = производитель
web-participant-retailer = розничный продавец
web-participant-since = Зарегистрирован
web-participant-unblock = Разблокировать
web-participant-unblock-text = Сотрудники участника снова смогут работать.
web-participant-wholesaler = оптовый продавец
web-password = Пароль
web-prefixes = Префиксы GS1
web-prefixes-hint = От 4 до 12 цифр, через запятую: 4870000
web-prefixes-set = Изменить префиксы GS1
web-product-draft = черновик
web-product-published = карточка опубликована
web-product-state = Состояние карточки
web-product-withdrawn = карточка снята
web-quota-approval = Наибольший заказ без одобрения
web-quota-day = Кодов на один товар в сутки
web-quota-default = По умолчанию: { $count }
web-quota-gtin-hint = Если не заполнено, лимиты действуют для всех товаров.
web-quota-not-applied = Ненанесённых кодов одного товара
web-quota-orders = Заказов в сутки
web-quota-places = Доля коротких номеров и марок
web-quota-places-default = По общему правилу
web-quota-used = Сегодня: { $today } из { $day }. Не нанесено: { $waiting } из { $most }.
web-quotas = Лимиты кодов
web-quotas-set = Изменить лимиты
web-quotas-text = Для пустых полей действует значение по умолчанию. Изменение записывается в журнал.
web-recall-lift = Снять отзыв
web-recall-lift-text = Эти товары снова можно будет продавать.
web-recalled = с { $date }
web-region = Регион (КАТО)
web-register = Реестр
web-register-accounts = Учётные записи
web-register-audit = Журнал действий
web-register-bin-hint = 12 цифр
web-register-codes =
    { $count ->
        [one] { $count } код
        [few] { $count } кода
       *[many] { $count } кодов
    }
web-register-country = Страна производства
web-register-country-hint = Две буквы: KZ
web-register-csv = Коды (CSV)
web-register-do = Зарегистрировать
web-register-for = БИН участника
web-register-group = Группа товаров
web-register-hs = Код ТН ВЭД
web-register-jobs = Сбои заданий
web-register-key = Ключ
web-register-keys = Ключи
web-register-labels = Этикетки (PDF)
web-register-name = Наименование
web-register-order = Заказ кодов
web-register-order-do = Заказать
web-register-order-new = Заказать коды
web-register-ordered = Заказано
web-register-orders = Заказы
web-register-participant-new = Зарегистрировать участника
web-register-participants = Участники
web-register-price = Цена, тенге
web-register-price-hint = Нужна только там, где код содержит цену.
web-register-product-new = Зарегистрировать товар
web-register-products = Товары
web-register-progress = Состояние кодов
web-register-publish = Опубликовать
web-register-quantity = Количество
web-register-roles = Роли
web-role = Роль
web-role-auditor = Аудитор
web-role-clerk = Сотрудник магазина
web-role-inspector = Инспектор
web-role-operator = Оператор
web-role-participant = Участник оборота
web-search = Поиск
web-search-goods = Наименование товара, GTIN, участник
web-search-participants = Наименование или БИН
web-sequence-alarm = { $date } выдано больше одного процента
web-sequence-given = Выдано { $given } из { $room }
web-sequence-gtin = Товар с GTIN { $gtin }
web-sequence-stamps = Марки алкоголя, серия { $series }
web-sequence-today = Сегодня выдано: { $given }
web-sequences = Серийные номера
web-sequences-text = Короткие серийные номера и марки алкоголя ограничены. Если за сутки выдан один процент или больше, здесь появится предупреждение.
web-shipment-accept = Принять
web-shipment-accept-text = После приёмки все товары перейдут к вам. Отменить это нельзя.
web-shipment-accepted = принята
web-shipment-awaiting = ждёт приёмки
web-shipment-cancel = Отменить отгрузку
web-shipment-cancel-text = Товары останутся у вас. Получатель больше не сможет их принять.
web-shipment-cancelled = отменена
web-shipment-units =
    { $count ->
        [one] { $count } код
        [few] { $count } кода
       *[many] { $count } кодов
    }
web-shipments = Отгрузки
web-shipments-incoming = Входящие
web-shipments-outgoing = Исходящие
web-side-reporter = автор
web-sign-in-away = Сервер не ответил. Попробуйте позже.
web-sign-in-needed = Нужно войти
web-sign-in-other = Войти под другим логином
web-sign-in-text = Этот раздел для сотрудников магазинов, участников оборота, инспекторов, операторов и аудиторов.
web-sign-out = Выйти
web-take = Взять в работу
web-taken = Теперь это у вас.
web-to-work = К работе
web-totp = Код подтверждения
web-totp-check = Подтвердить
web-totp-hint = Шесть цифр из приложения-аутентификатора
web-work = Рабочий список
web-work-alerts = Сигналы
web-work-any = Все
web-work-count =
    { $count ->
        [one] { $count } обращение
        [few] { $count } обращения
       *[many] { $count } обращений
    }
web-work-decided = Решённые
web-work-due = срок { $date }
web-work-empty = Список пуст
web-work-empty-text = По выбранным условиям обращений нет.
web-work-late =
    { $count ->
        [one] Срок прошёл у { $count } обращения
        [few] Срок прошёл у { $count } обращений
       *[many] Срок прошёл у { $count } обращений
    }
web-work-linked =
    { $count ->
        [one] похожее: { $count }
        [few] похожих: { $count }
       *[many] похожих: { $count }
    }
web-work-mine = у меня
web-work-open = Открытые
web-work-order = Порядок
web-work-order-score = По весу
web-work-order-time = По времени
web-work-overdue = просрочено
web-work-photos = { $count } фото
web-work-reports = Обращения
web-work-state = Состояние
web-work-whose = У кого
web-work-whose-all = Все
web-work-whose-me = Мои
web-work-whose-none = Ничьи
