## What the program tells the person at the terminal.

cli-account-added = { $login } есептік жазбасы құрылды.
cli-account-disabled = { $login } есептік жазбасы өшірілді.
cli-account-enabled = { $login } есептік жазбасы қайта қосылды.
cli-account-is-active = қосулы
cli-account-is-disabled = өшірулі
cli-account-password = { $login } есептік жазбасының құпиясөзі өзгертілді.
cli-account-role = { $login } есептік жазбасының рөлі өзгертілді.
cli-account-second-factor = { $login } есептік жазбасына жаңа құпия кілт берілді.
cli-audit-anchors-agree = { $count } бақылау белгісі салыстырылды: тізбек оларға сәйкес.
cli-audit-broken = Журнал тізбегі № { $record } жазбада үзілген.
cli-audit-cut-off = Тізбек бақылау белгісінде аталған № { $record } жазбаға жетпей үзіледі: соңғы жазбалар жойылған.
cli-audit-differs = № { $record } жазба бақылау белгісінде аталғаннан өзге: тізбек қайта есептелген.
cli-audit-gaps = { $count } жазба нөмірі жоқ: транзакциялар кері қайтарылған немесе жазбалар алғашқы секундта жойылған.
cli-audit-holds = { $count } жазба тексерілді: журнал тізбегі бүтін.
cli-audit-runs-back = № { $record } жазбаның күні өзінен бұрынғы жазбадан он минуттан астам ертерек: ол өзге күнмен қосылған немесе сағат қате жүрген.
cli-audit-unsigned = { $line }-жолдағы бақылау белгісіне бұл тізілімнің кілтімен қол қойылмаған.
cli-backup-key = Кілт { $file } файлында; сақтық көшірмелер { $recipient } үшін шифрланады
cli-backup-made = Сақтық көшірме { $folder } қалтасында: { $photos } фотосурет, { $megabytes } МБ.
cli-backup-restored = { $at } уақытындағы сақтық көшірме қалпына келтірілді.
cli-column-from = Басталуы
cli-column-key = Кілт
cli-column-login = Логин
cli-column-of = Қатысушы не өңір
cli-column-password = Құпиясөз
cli-column-purpose = Мақсаты
cli-column-role = Рөлі
cli-column-secret = Екінші фактор
cli-column-state = Күйі
cli-column-until = Аяқталуы
cli-data-dir = Деректер мына бумада: { $folder }
cli-decode-unreadable = Кейбір файлдарды оқу мүмкін болмады.
cli-demo-accounts = Үлгі пайдаланушылары ({ $file }):
cli-demo-at = Үлгі кодтар: { $address }
cli-demo-loaded = Үлгі тауарлар жүктелді: { $count } код.
cli-erased-again =
    { $count ->
        [0] Қайта өшіретін ештеңе жоқ.
       *[other] { $count } өтініш қайта өшірілді.
    }
cli-granted = { $role } рөліне қызмет жұмысына қажетті құқықтар берілді.
cli-key-added = { $key } кілтінің қолданыла бастайтын күні: { $date }
cli-key-list-current = Жарияланған кілттер тізімінде бәрі бар: жаңасы керек емес.
cli-key-list-due = Телефондар мұны келесі кілттер тізімінен біледі. Оған қол қойыңыз: tanba keys sign
cli-key-list-published = Кілттер тізімінің { $version } нұсқасы жарияланды.
cli-key-revoked = { $key } кілтінің күші жойылды.
cli-key-root = Түбір кілт { $file } файлында. Қолданбаларға енетін ашық бөлігі: { $public }
cli-keys-none-due = Ауыстыратын кілт жоқ.
cli-log-file = Журнал файлы: { $file }
cli-migrated =
    { $count ->
        [0] Дерекқор соңғы нұсқада тұр.
       *[other] Дерекқорға { $count } өзгеріс енгізілді.
    }
cli-no-stores = Деректер қоймалары көрсетілмеген: TANBA_DATABASE_URL мен TANBA_REDIS_URL мәндерін орнатыңыз немесе жеке қоймаларды іске қосу үшін --private-stores қосыңыз.
cli-on-a-phone = Телефоннан ашыңыз: { $address } Браузер сертификат туралы ескертеді: жалғастыруды таңдаңыз.
cli-password-again = Құпиясөзді қайталаңыз:
cli-password-prompt = { $login } үшін құпиясөз:
cli-passwords-differ = Екі құпиясөз бірдей емес.
cli-servers-missing = PostgreSQL не Redis табылмады. Орнату: { $command }
cli-serving = Қызмет мына мекенжайда: { $address }
cli-stop-hint = Тоқтату үшін Ctrl-C басыңыз.
cli-stopped = Тоқтатылды.
cli-totp-secret = Аутентификаторға арналған құпия кілт (қайтып көрсетілмейді): { $secret }
cli-try-on-a-phone = Телефоннан байқап көру үшін: cargo xtask up --lan
cli-working = Фондық жұмыс басталды.
