## The page with sample codes.

demo-back = All codes
demo-column-label = Label
demo-count =
    { $count ->
        [one] There is { $count } code on this page.
       *[other] There are { $count } codes on this page.
    }
demo-family-barcode = Bar code of a product
demo-family-foreign = Codes of other countries
demo-family-other = No marking code
demo-family-pack = Group and transport packs
demo-form-bracketed = Typed by hand as it is printed on the label
demo-form-identifier = The scanner put the sign of its symbology in front
demo-form-link = As a GS1 Digital Link
demo-intro = Scan any code with a phone, or press it, and see the answer.
demo-made-up = The goods and companies here are made up.
demo-print-hint = Print the page at 100% on white paper, so that the codes can be read.
demo-scanner = Open the scanner
demo-title = Tanba: sample codes
demo-try = Show the answer
