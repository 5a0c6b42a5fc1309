## Letters. A subject fits one line; a body is plain text.

mail-due-soon-body = Report { $number } must be answered by { $date }.
mail-due-soon-subject = Report { $number } is due soon
mail-footer = Tanba sent this letter; there is no need to reply.
mail-report-body = Report { $number }: { $status }. See the page of the report for more.
mail-report-subject = About your report { $number }
