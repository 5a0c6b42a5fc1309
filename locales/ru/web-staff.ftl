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
web-alert-weight = вес { $weight } %
web-alert-weight-name = Вес
web-alerts-empty = Сигналов нет
web-alerts-empty-text = По выбранным условиям ничего не найдено.
web-alerts-news = Появились новые сведения.
web-alerts-none-here = На этом сервере служба сигналов не работает.
web-alerts-show = Показать
web-audit-action = Действие
web-audit-actor = Кто
web-audit-address = Адрес
web-audit-at = Время
web-audit-find = Найти
web-audit-object = Объект
web-audit-result = Итог
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
web-deed-done = Документ принят.
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
web-in-en = По-английски
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
web-inspect-enlarge = Увеличить фото { $count }
web-inspect-gone = Такого обращения нет
web-inspect-gone-text = Возможно, оно относится к другому региону.
web-inspect-linked = Похожие обращения
web-inspect-message = Вопрос или сообщение автору
web-inspect-message-hint = Язык автора: { $language }
web-key-active = Подписывает
web-key-confirm = Для подтверждения введите обозначение ключа: { $key }
web-key-for-contact = Шифрует контакты и вторые факторы
web-key-for-ever = Не меняется
web-key-for-seal = Подписывает коды: { $group }
web-key-for-serial = Создаёт серийные номера
web-key-for-token = Подписывает сеансы
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
web-participant-importer = импортёр
web-participant-producer = производитель
web-participant-retailer = розничный продавец
web-participant-wholesaler = оптовый продавец
web-password = Пароль
web-product-draft = черновик
web-product-published = карточка опубликована
web-product-withdrawn = карточка снята
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
web-register-empty = Здесь пока ничего нет
web-register-for = БИН участника
web-register-group = Группа товаров
web-register-hs = Код ТН ВЭД
web-register-key = Ключ
web-register-keys = Ключи
web-register-labels = Этикетки (PDF)
web-register-more = Показать ещё (сейчас { $count })
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
web-undo = Отменить
web-work = Рабочий список
web-work-alerts = Сигналы
web-work-any = Все
web-work-away = Сервер не ответил. Проверьте связь и попробуйте снова.
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
