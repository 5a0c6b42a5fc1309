## For inspectors: work on reports.

web-colleague = Colleague
web-colleague-choose = Choose
web-hand-over = Hand over to a colleague
web-hand-over-done = The report was handed over to { $login }.
web-hand-over-hint = Your colleague sees it, the author doesn’t.
web-hand-over-reason = Reason
web-inspect-alerts = Alerts about this code
web-inspect-answer = What the register says
web-inspect-assignee = Inspector in charge
web-inspect-given = Handed over to { $login }
web-inspect-news = There is news in this report
web-inspect-note = Reason: { $note }
web-inspect-taken = From { $from } to { $to }
web-inspect-taken-from-you = A colleague has taken this report. The reason is given below.
web-take-over = Take from colleague
web-take-over-text = { $login } is working on this report. Say why you take it: your colleague will see the reason.
web-work-found-none = No such reports were found
web-work-news-reports = There is news about reports
web-work-search = Search by number, shop, address or GTIN
web-work-yours-taken = A colleague has taken report { $number }
