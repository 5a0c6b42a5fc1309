## What a code comes to, and what the person should do next. No verdict calls the goods genuine:
## a copied code looks the same, so the person is asked to compare the goods with the card.

verdict-barcode = This is the barcode of a product
verdict-barcode-advice = All products of this kind carry the same barcode. To check this very item, scan the square Data Matrix code on the package.
verdict-expired = Expired
verdict-expired-advice = Look at the date on the package. If it has passed, do not use the goods and show them to the seller.
verdict-foreign-code = This is another country’s code
verdict-foreign-code-advice = It was issued by another country’s system, so we can say nothing about the goods themselves. If they are sold in Kazakhstan, look for a Kazakh code on the package.
verdict-forged-seal = The seal of the code does not match
verdict-forged-seal-advice = The code was never issued in this form. Keep the package and let us know. The seller may not be aware of it.
verdict-in-circulation = Goods with this code were released for sale
verdict-in-circulation-advice = Compare the name, maker and dates with the goods in your hands. If something differs, let us know.
verdict-issued = The code was issued; the rest is checked online
verdict-issued-advice = Without a connection the phone could check only the seal of the code. Check again once you are online to see whether the goods were released, sold or recalled.
verdict-misread = The code was not read properly
verdict-misread-advice = Wipe the label, hold the phone still and scan again. This says nothing about the goods themselves.
verdict-not-a-code = This is not a marking code
verdict-not-a-code-advice = The text was read correctly, but it says nothing about the goods. Find the square Data Matrix code on the package and scan it.
verdict-not-released = Not released for sale yet
verdict-not-released-advice = The code was issued, but it is too early to sell the goods. If they are on the shelf already, ask the seller or let us know.
verdict-recalled = The goods are recalled
verdict-recalled-advice = Do not use the goods; return them to the seller. The reason is given below.
verdict-seal-not-checked = The register has such a code, but its seal was not checked
verdict-seal-not-checked-advice = A serial number can be copied from another package. Scan the whole square code and compare the details with the package.
verdict-sold = Goods with this code are marked as sold
verdict-sold-advice = If you have bought the goods already, this is as it should be. If you are about to buy, ask the seller: the sale may have been marked too early or by mistake.
verdict-typed-wrong = The typed code has a mistake in it
verdict-typed-wrong-advice = Compare each character with what is printed below the code: I, l and 1, O and 0, S and 5, B and 8, capital and small letters are easily confused. Scanning the code is safer.
verdict-unknown = Nothing is known about this code
verdict-unknown-advice = See the reason below and scan the code again. If in doubt, let us know and we will look into it. The seller may not be aware of it.
verdict-unknown-barcode = This is the barcode of a product that is not in the register
verdict-unknown-barcode-advice = Not all goods are marked. If there is a square Data Matrix code on the package, scan it.
verdict-unknown-offline = Can’t be checked offline
verdict-unknown-offline-advice = See the reason below. This says nothing good or bad about the goods. Check again once you are online.
verdict-withdrawn = The goods were withdrawn from circulation
verdict-withdrawn-advice = Goods with this code should no longer be on sale; the reason is given below. If they are, let us know.
