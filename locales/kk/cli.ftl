## What the program tells the person at the terminal.

cli-account-added = { $login } есептік жазбасы құрылды.
cli-audit-broken = Журнал тізбегі № { $record } жазбада үзілген.
cli-audit-holds = { $count } жазба тексерілді: журнал тізбегі бүтін.
cli-data-dir = Деректер мына бумада: { $folder }
cli-demo-at = Үлгі кодтар: { $address }
cli-demo-loaded = Үлгі тауарлар жүктелді: { $count } код.
cli-key-added = { $key } кілтінің қолданыла бастайтын күні: { $date }
cli-key-revoked = { $key } кілтінің күші жойылды.
cli-migrated =
    { $count ->
        [0] Дерекқор соңғы нұсқада тұр.
       *[other] Дерекқорға { $count } өзгеріс енгізілді.
    }
cli-password-prompt = { $login } үшін құпиясөз:
cli-servers-missing = PostgreSQL не Redis табылмады. Орнату: { $command }
cli-serving = Қызмет мына мекенжайда: { $address }
cli-stop-hint = Тоқтату үшін Ctrl-C басыңыз.
cli-stopped = Тоқтатылды.
cli-totp-secret = Аутентификаторға арналған құпия кілт (қайтып көрсетілмейді): { $secret }
