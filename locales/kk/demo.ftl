## The page with sample codes.

demo-back = Барлық кодтар
demo-column-label = Затбелгі
demo-count = Бұл бетте { $count } код бар.
demo-family-barcode = Тауардың штрихкоды
demo-family-foreign = Басқа елдердің кодтары
demo-family-other = Таңбалау коды емес
demo-family-pack = Топтық және көліктік қаптама
demo-form-bracketed = Затбелгідегі жазуы бойынша қолмен терілген
demo-form-identifier = Сканер кодтың алдына символика белгісін қосқан
demo-form-link = GS1 Digital Link сілтемесі түрінде
demo-intro = Кез келген кодты телефонмен сканерлеңіз немесе басып, жауабын қараңыз.
demo-made-up = Мұндағы тауарлар мен кәсіпорындар ойдан шығарылған.
demo-print-hint = Кодтар оқылуы үшін бетті 100 % масштабпен, ақ қағазға басып шығарыңыз.
demo-scanner = Сканерді ашу
demo-title = Таңба: үлгі кодтар
demo-try = Жауабын көру
