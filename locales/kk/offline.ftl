## What a phone says of a code without the register. Sentences, one fact each; names of groups stand after “for”.

offline-group-alcohol = алкоголь
offline-group-clothes = киім
offline-group-dairy = сүт өнімдері
offline-group-medicines = дәрі-дәрмек
offline-group-shoes = аяқ киім
offline-group-tobacco = темекі өнімдері
offline-group-water = қаптамадағы су
offline-key-not-in-list = Қолтаңба кілті телефондағы тізімде жоқ: кілт тізімнен жаңарақ немесе басқа елдікі болуы мүмкін.
offline-list-too-old = Қолтаңба кодқа сәйкес келеді, бірақ телефондағы кілттер тізімі тым ескі: кілттің күші содан бері жойылуы мүмкін.
offline-no-list = Телефонда кілттер тізімі жоқ, сондықтан қолтаңба тексерілмеді.
offline-note-bundled-list = Байланыссыз тексерілді. Кілттер тізімі қолданбамен бірге келген, жасалған уақыты: { $at }
offline-note-list = Байланыссыз тексерілді. Кілттер тізімі алынған уақыт: { $at }
offline-note-no-list = Байланыссыз тексерілді, кілттер тізімі жоқ.
offline-online-only = Мұндай кодты тек тізілім тексере алады.
offline-only-online-tells = Дәл осы дананың сатылғанын, кері қайтарылғанын немесе кодының көшірілгенін тек желі арқылы тексеру көрсетеді.
offline-seal-holds = Қолтаңба дұрыс: бұл кодты осы тауар үшін тізілім берген.
offline-sealed-by = Таңбалау тізілімі, { $group } үшін { $key } кілті
