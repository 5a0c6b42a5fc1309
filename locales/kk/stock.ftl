## A clerk's check of a delivery or a shelf: may each item be sold, why not, and the totals.

stock-awaiting-acceptance = Қабылдағаныңызды әлі растаған жоқсыз
stock-doubled = Бірнеше рет сканерленген
stock-expired = Жарамдылық мерзімі өткен
stock-extra = Артық: бұл жеткізілімде жоқ код
stock-forged-seal = Қолтаңбасы сәйкес келмейді, бөлек қойыңыз
stock-may-be-sold = Сатуға болады
stock-may-not-be-sold = Сатуға болмайды
stock-misread = Дұрыс оқылмады, қайта сканерлеңіз
stock-missing = Жетіспейді: күтілген, бірақ сканерленбеген
stock-not-checked = Тізілім жауап бермеді, кейін қайта тексеріңіз
stock-not-released = Әлі айналымға енгізілмеген
stock-not-yours = Басқа иеге тіркелген
stock-pack-opened = Қаптама ашылған, ішіндегісін бір-бірлеп сканерлеңіз
stock-product-only = Бұл тауардың штрихкоды ғана, таңбалау кодын сканерлеңіз
stock-recalled = Кері қайтарып алынған, бөлек қойыңыз
stock-shipped = Сатып алушыға жіберілген, қабылдауы күтілуде
stock-sold-already = Сатылған деп белгіленген
stock-total-checked = { $count } код тексерілді
stock-total-doubled = { $count } код қайталанған
stock-total-extra = { $count } код артық
stock-total-may-be-sold = { $count } тауарды сатуға болады
stock-total-missing = { $count } код жетіспейді
stock-total-not-checked = { $count } код тексерілмеді
stock-unconfirmed = Кодты растау мүмкін болмады, тауарды бөлек қойыңыз
stock-unknown = Код тізілімде жоқ
stock-withdrawn = Айналымнан шығарылған
