## The page with sample codes.

demo-column-code = Code
demo-column-expected = Expected answer
demo-column-label = Label
demo-column-note = Note
demo-count =
    { $count ->
        [one] There is { $count } code on this page.
       *[other] There are { $count } codes on this page.
    }
demo-family = Kind of code
demo-intro = Scan any code with a phone, or press it, and see the answer.
demo-made-up = The goods and companies here are made up.
demo-print = Print
demo-print-hint = Print the page at 100% on white paper, so that the codes can be read.
demo-title = Tanba: sample codes
demo-try = Show the answer
