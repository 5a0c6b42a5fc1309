## The page with sample codes.

demo-back = Все коды
demo-column-label = Этикетка
demo-count =
    { $count ->
        [one] На странице { $count } код.
        [few] На странице { $count } кода.
       *[many] На странице { $count } кодов.
    }
demo-family-barcode = Штрихкод товара
demo-family-foreign = Коды других стран
demo-family-other = Не код маркировки
demo-family-pack = Групповая и транспортная упаковка
demo-form-bracketed = Набрано вручную, как напечатано на этикетке
demo-form-identifier = Сканер поставил перед кодом знак символики
demo-form-link = В виде ссылки GS1 Digital Link
demo-intro = Отсканируйте любой код телефоном или нажмите на него и посмотрите ответ.
demo-made-up = Товары и предприятия здесь вымышленные.
demo-print-hint = Печатайте страницу в масштабе 100 % на белой бумаге, чтобы коды читались.
demo-scanner = Открыть сканер
demo-title = Танба: примеры кодов
demo-try = Показать ответ
