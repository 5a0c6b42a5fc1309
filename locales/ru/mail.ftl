## Letters. A subject fits one line; a body is plain text.

mail-due-soon-body = На обращение № { $number } нужно ответить не позднее { $date }
mail-due-soon-subject = Подходит срок обращения № { $number }
mail-footer = Это письмо отправлено системой «Таңба», отвечать на него не нужно.
mail-report-body = Обращение № { $number }: { $status }. Подробности на странице обращения.
mail-report-subject = О вашем обращении № { $number }
