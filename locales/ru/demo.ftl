## The page with sample codes.

demo-column-code = Код
demo-column-expected = Ожидаемый ответ
demo-column-label = Этикетка
demo-column-note = Пояснение
demo-count =
    { $count ->
        [one] На странице { $count } код.
        [few] На странице { $count } кода.
       *[many] На странице { $count } кодов.
    }
demo-family = Вид кода
demo-intro = Отсканируйте любой код телефоном или нажмите на него и посмотрите ответ.
demo-made-up = Товары и предприятия здесь вымышленные.
demo-print = Напечатать
demo-print-hint = Печатайте страницу в масштабе 100 % на белой бумаге, чтобы коды читались.
demo-title = Таңба: примеры кодов
demo-try = Показать ответ
