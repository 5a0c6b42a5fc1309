## What people do with their own accounts, and what operators approve together.

web-account-initial = Not set up by its person yet
web-account-why-unused = Blocked because it was not used for a long time
web-account-why-wrong-codes = Blocked after fifty wrong codes: somebody knows the password. Give it new secrets before you unblock it.
web-approval-approve = Approve and do it
web-approval-asked = Another operator has to approve this before { $until }. They will find it here, under “Waiting for a second operator”.
web-approval-asked-title = A second operator is needed
web-approval-by = Asked by { $login }, { $at }
web-approval-done = Approved and done
web-approval-kind-add-account = New account
web-approval-kind-renew-secrets = New password and second factor
web-approval-kind-revoke-key = Revocation of a key
web-approval-kind-set-role = Change of role
web-approval-refuse = Refuse
web-approval-text = Make sure with the colleague who asked that it is meant. The audit will name you both.
web-approval-until = Until { $until }
web-approval-withdraw = Take back
web-approval-yours = Your request: another operator has to approve it
web-approvals = Waiting for a second operator
web-notice-account-disabled = The account was blocked
web-notice-account-enabled = The account was unblocked
web-notice-by = by { $login }, { $at }
web-notice-password-changed = The password was changed
web-notice-recovery-code-used = A recovery code was used
web-notice-recovery-codes-renewed = New recovery codes were made
web-notice-role-changed = The role was changed
web-notice-second-factor-changed = The second factor was changed
web-notice-secrets-renewed = Your password or second factor was replaced
web-notice-wrong-codes = The account was blocked after fifty wrong codes: somebody knew the password
web-own-action = Continue
web-own-factor = Second factor
web-own-factor-done = The new second factor is in force
web-own-factor-link = Open in an authenticator on this device
web-own-factor-new = Set up another authenticator
web-own-factor-picture = QR code for the authenticator
web-own-factor-scan = Scan the picture with your authenticator app, then enter the six digits that it shows.
web-own-factor-secret = Or type this key in
web-own-factor-text = An app on your phone shows six digits that are asked for after the password.
web-own-failed =
    { $count ->
        [one] One sign-in failed since then
       *[other] { $count } sign-ins failed since then
    }
web-own-failed-text = If that was not you, change your password.
web-own-first = Choose your own secrets
web-own-first-text = Your password and second factor were chosen by somebody else. Replace them now: only then is everything open to you, and only you know them.
web-own-last = Last sign-in
web-own-never = This is the first sign-in
web-own-news = Since your last sign-in
web-own-news-seen = I have read this
web-own-password = Change the password
web-own-password-again = New password once more
web-own-password-differs = The two passwords differ
web-own-password-done = The password is changed. Other sessions have ended.
web-own-password-hint = At least 12 characters. Several words that have nothing to do with each other are best.
web-own-password-new = New password
web-own-password-now = Present password
web-own-recovery = Recovery codes
web-own-recovery-copy = Copy
web-own-recovery-kept = I have kept them
web-own-recovery-left = Left: { $count }
web-own-recovery-new = Make new recovery codes
web-own-recovery-once = Keep these away from your phone, on paper best. Each replaces the second factor once. They are shown only now.
web-own-security = Signing in
web-own-session-client = Unknown program
web-own-session-end = End
web-own-session-present = This session
web-own-session-used = Signed in { $at }, last used { $used }
web-own-sessions = Sessions
web-own-sessions-end = End all other sessions
web-own-sessions-idle =
    { $count ->
        [one] A session ends after one minute without use.
       *[other] A session ends after { $count } minutes without use.
    }
web-own-sign-ins = Recent sign-ins
web-own-step = Step { $step } of { $of }
web-recovery-code = Recovery code
web-recovery-code-hint = Sixteen letters and digits from the list that you kept
web-recovery-code-use = My authenticator is lost: use a recovery code
web-tried-code-used = The code was used already
web-tried-done = Signed in
web-tried-second-factor-needed = Right password, no code
web-tried-too-many-attempts = Slowed: too many attempts
web-tried-wrong-credentials = Wrong password or code
