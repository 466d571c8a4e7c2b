# The own switch (K1)
own-switch-title = Use of { $feature }
own-switch-lead = You choose whether { $feature } is used for your account.
own-switch-use = Use it
own-switch-not-use = Do not use it
own-switch-change = Change
own-switch-compulsory = { $Feature } is compulsory for you and cannot be switched off.
own-switch-trusted = From the network you are on now, your password is enough to sign in, even with { $feature } in use.
own-switch-untrusted = You are outside the trusted networks (such as the campus). With { $feature } in use, signing in from here takes your { $code }.
own-switch-on-title = Use { $feature }
own-switch-on-question = Switch { $feature } on for { $login }? This is what will happen:
own-switch-on-asked = Outside the trusted networks, signing in takes your { $code } in addition to your password.
own-switch-on-mail = Mail programs work for a limited time after you have signed in with { $feature } in the browser.
own-switch-on-register = Nothing is registered yet. Register your { $app } next. If you sign in from outside before that, you are led through it first.
own-switch-on-submit = Use it
own-switch-off-title = Do not use { $feature }
own-switch-off-question = Switch { $feature } off for { $login }? This is what will happen:
own-switch-off-password = Whoever learns your password can sign in from anywhere. The password is all that is asked for.
own-switch-off-mail = Mail programs work from anywhere with the password alone, too.
own-switch-off-stays = Your { $app } and your private mail address stay registered.
own-switch-off-submit = Do not use it
own-switch-others-end = Your other browsers are signed out.
own-switch-undo = You can change it back on your account page at any time.

# Which method (K3)
login-method-title = { $Feature }
login-method-lead = Choose how you get your { $code }.
login-method-app = { $App } authentication
login-method-app-hint = Enter the { $code } that the { $app } on your phone shows.
login-method-email = External email authentication
login-method-email-hint = Enter the { $code } that is sent to your private mail address.
login-method-use-app = Use your { $app } instead
login-method-use-email = Use your private mail address instead

# Codes by mail (K7)
login-email-title = External email authentication
login-email-lead = We send your { $code } of { $digits } digits to { $address }. Choose “Issue { $code }”.
login-email-help = If the mail does not arrive
login-email-issue-by = { $minutes ->
    [0] Please issue the { $code } and enter it by { $until } (very soon).
    [one] Please issue the { $code } and enter it by { $until } (within a minute).
   *[other] Please issue the { $code } and enter it by { $until } (within { $minutes } minutes).
  }
login-email-code-by = { $minutes ->
    [0] Please enter it by { $until } (very soon); after that, issue another { $code }.
    [one] Please enter it by { $until } (within a minute); after that, issue another { $code }.
   *[other] Please enter it by { $until } (within { $minutes } minutes); after that, issue another { $code }.
  }
login-email-code-over = This { $code } does not work any more. Please issue another one.
login-email-login-by = { $minutes ->
    [0] Please enter it by { $until } (very soon); after that, sign in again from the start.
    [one] Please enter it by { $until } (within a minute); after that, sign in again from the start.
   *[other] Please enter it by { $until } (within { $minutes } minutes); after that, sign in again from the start.
  }
email-code-send = Issue { $code }
email-code-send-again = Issue another { $code }
email-code-accepted = We have accepted your request to send the { $code } to { $address }.
email-code-request = Request number
email-code-compare = Enter the { $code } from the mail with the same request number.
email-code-ends = This { $code } works until { $until }.
email-code-wait = You can ask for another one from { $from } on.
email-code-again-now = If no mail arrives, you can ask for another one. The { $code } before then stops working.
email-code-not-there = Please look into your spam folder, too.
email-code-limit = { $count ->
    [one] One mail at most is sent in an hour.
   *[other] { $count } mails at most are sent in an hour.
  }
email-code-hint = The { $digits } digits in the mail.

# The private address (K6)
account-email-title = External email for authentication
account-email-none = Not registered
account-email-recommended = We recommend registering both your { $app } and a private mail address. If you change or lose your phone, you can still sign in with the other.
account-email-since = Registered
account-email-register = Register
account-email-change = Change
account-email-remove = Remove
email-title = Register your external email
email-offer = Your { $app } is registered. We recommend registering a private mail address as well: if your phone fails you, you can still sign in with the { $code } it receives.
email-lead = Register the private mail address that receives your { $code }. To confirm it, we send the { $code } there.
email-current = Registered address
email-field = Private mail address
email-outside = Use an address that only you can read, outside the mail that this login protects.
email-domains = Addresses in these domains cannot be registered: { $domains }
email-from-own = The mail comes from your own mail address. Please see to it that it is not taken for spam.
email-from-service = The mail comes from this service's address. Please see to it that it is not taken for spam.
email-subject-label = Subject of the mail
email-send = Send the { $code } to confirm it
email-later = Register later
email-another = Use another address
email-confirm-title = Confirm the address
email-confirm-submit = Register
email-remove-title = Remove your external email
email-remove-question = Remove { $address } from the account of { $login }? This is what will happen:
email-remove-no-codes = No { $code } is sent to it any more.
email-remove-app-stays = Signing in takes your { $app }. If you lose your phone, you have to ask { $contact }.
email-remove-password-is-enough = Nothing else is registered, so your password is enough to sign in.
email-remove-undo = To go back, register the same address again.
email-remove-submit = Remove it

proof-for-own-switch = Before you change the use of { $feature }, please confirm that it is you.
proof-for-email = Before you change your private mail address, please confirm that it is you.
proof-email-title = Confirm by mail
proof-email-lead = We send your { $code } to { $address }. Choose “Issue { $code }” first, then enter the { $code } and your password.
proof-email-field = The { $code } from the mail

notice-switched-on = { $Feature } is in use. Outside the trusted networks, signing in takes your { $code }.
notice-switched-off = { $Feature } is not in use. Your password is all that is asked for.
notice-email-confirmed = Your private mail address is registered. From your next login it can receive your { $code }.
notice-email-removed = Your private mail address is removed. No { $code } is sent to it.

lost-device-then-email = To sign in you can use the { $code } sent to your private mail address.
lost-device-email-care = If your private mail can be read on the lost device, change the password of that mail service now, and tell { $contact }.

mail-otp-subject = OTP notification (OTP発行のお知らせ)
mail-otp-heading = Your { $code }
mail-otp-code = { $Code }: { $digits }
mail-otp-request = Request number: { $request }
mail-otp-until = It works once, until { $until }. Enter it only if the page shows the same request number.
mail-otp-not-you = If this was not you, tell nobody this { $code } and change your password now: somebody is trying to sign in with it. Then tell { $contact }.
mail-otp-confirm-not-you = If this was not you, there is nothing to do: somebody typed this address by mistake. Tell nobody this { $code }.
mail-own-switch-on = The use of { $feature } was switched on
mail-own-switch-off = The use of { $feature } was switched off
mail-email-confirmed = A private mail address was registered for your { $code }
mail-email-removed = The private mail address for your { $code } was removed

help-emailed-code = The mail does not arrive, or the { $code } in it is refused
help-emailed-code-spam = Look into your spam folder. A mail can take some minutes.
help-emailed-code-request = Only the { $code } from the mail with the request number on your page works. When you ask for another one, the one before stops working. Enter the { $code } in the browser in which you asked for it.
help-emailed-code-limit = If you ask too often in a short time, no mail is sent for a while. Wait, and try again.
help-emailed-code-other = If you cannot read that mail any more, sign in with your { $app } and change the address. If neither works, ask { $contact }.
