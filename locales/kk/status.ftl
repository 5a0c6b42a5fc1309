## Where a unit stands in its life, why it was withdrawn.

status-applied = Тауарға түсірілген
status-destroyed = Жойылған
status-emitted = Код берілген
status-expired = Мерзімі өткен
status-in-circulation = Айналымда
status-lost = Жоғалған
status-returned = Қайтарылған
status-shipped = Жөнелтілген
status-sold = Сатылған
status-withdrawn = Айналымнан шығарылған
status-written-off = Есептен шығарылған
withdrawal-confiscated = Тәркіленген
withdrawal-damaged = Бүлінген
withdrawal-defect = Ақауы шыққан
withdrawal-e-commerce = Интернет арқылы сатылған
withdrawal-export = Елден шығарылған
withdrawal-other = Басқа себеп
withdrawal-own-needs = Иесінің өз қажетіне жұмсалған
withdrawal-sampling = Сынамаға алынған
withdrawal-utilisation = Кәдеге жаратылған
