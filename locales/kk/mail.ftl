## Letters. A subject fits one line; a body is plain text.

mail-due-soon-body = № { $number } өтінішке { $date } күнінен кешіктірмей жауап беру керек.
mail-due-soon-subject = № { $number } өтініштің мерзімі таяды
mail-footer = Бұл хатты «Таңба» жүйесі жіберді, оған жауап жазудың қажеті жоқ.
mail-report-body = № { $number } өтініш бойынша жаңалық: { $status }. Толығырақ өтініштің бетінен көресіз.
mail-report-subject = № { $number } өтінішіңіз туралы
