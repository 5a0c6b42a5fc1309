## What a product card says.

card-checked-at = Тізілімнің жауабы: { $at } (Қазақстан уақыты)
card-fact-declaration = Кедендік декларация
card-fact-expires-on = Жарамдылық мерзімі
card-fact-gtin = Тауар нөмірі (GTIN)
card-fact-importer = Импорттаушы
card-fact-inside = Ішінде
card-fact-manufacturer = Өндіруші
card-fact-participant = Кодтарға тапсырыс беруші
card-fact-produced-on = Өндірілген күні
card-fact-sealed-by = Қолтаңбаны қойған
card-fact-serial = Сериялық нөмірі
card-fact-sscc = Қаптама нөмірі (SSCC)
card-fact-status = Күйі
card-fact-trade-name = Атауы
card-no = Жоқ
card-step-check-online = Желі арқылы тексеру
card-step-report = Хабарлау
card-step-scan-again = Қайта сканерлеу
card-step-scan-next = Басқа кодты сканерлеу
card-yes = Иә
