## A report of a violation: what it is about, where it stands, what the reporter is told.

category-code-copied = The same code on several items
category-damaged-stamp = Damaged stamp
category-expired-goods = Expired goods
category-information-mismatch = Information does not match
category-other = Something else
category-poor-quality = Poor quality
category-price-mismatch = Price does not match
category-sold-twice = On sale a second time
category-unmarked-goods = Goods without a marking code
report-due = We will answer by { $date }
report-keep-token = Keep this key: it is the only way to follow your report. Do not share it.
report-message-assigned = An inspector is looking into your report.
report-message-confirmed = The violation was confirmed. Thank you for telling us.
report-message-deleted = Your data have been deleted. They cannot be restored.
report-message-forwarded = Your report was passed to the authority that deals with such matters.
report-message-needs-information = The inspector has a question for you. Once you answer, the inquiry goes on.
report-message-received = Your report { $number } has been received. Thank you.
report-message-rejected = The inquiry found no violation. If you disagree, you can reopen the report.
report-message-reopened = Your report is open again and will be looked into once more.
report-similar =
    { $count ->
        [one] { $count } other report seems to be about the same.
       *[other] { $count } other reports seem to be about the same.
    }
report-status-assigned = With an inspector
report-status-confirmed = Violation confirmed
report-status-deleted = Data deleted
report-status-forwarded = Passed to another authority
report-status-needs-information = Waiting for your answer
report-status-received = Received
report-status-rejected = No violation found
report-status-reopened = Reopened
