## The page with sample codes.

demo-column-code = Код
demo-column-expected = Күтілетін жауап
demo-column-label = Заттаңба
demo-column-note = Түсіндірме
demo-count = Бұл бетте { $count } код бар.
demo-family = Код түрі
demo-intro = Кез келген кодты телефонмен сканерлеңіз немесе басып, жауабын қараңыз.
demo-made-up = Мұндағы тауарлар мен кәсіпорындар ойдан шығарылған.
demo-print = Басып шығару
demo-print-hint = Кодтар оқылуы үшін бетті 100 % масштабпен, ақ қағазға басып шығарыңыз.
demo-title = Таңба: үлгі кодтар
demo-try = Жауабын көру
