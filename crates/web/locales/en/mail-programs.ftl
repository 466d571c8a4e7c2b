# Mail programs
gate-needs-window = Please sign in with a browser first:
mail-programs-title = Mail programs
mail-programs-open-link = Show where mail programs may be used
mail-programs-lead = After { $feature } in a browser, mail programs may be used from the same address for { $hours ->
    [1] one hour
   *[other] { $hours } hours
  }. Using them does not prolong that.
mail-programs-not-needed = In this organisation mail programs need no login in a browser.
mail-programs-here = You are connecting from { $address }.
mail-programs-here-trusted = You are connecting from { $address }, a network of your organisation: mail programs always work there.
mail-programs-open = Where mail programs may be used
mail-programs-none-open = Nowhere at the moment.
mail-programs-network = Address
mail-programs-this = You are here
mail-programs-since = Since
mail-programs-until = Until
mail-programs-left = { $hours } h { $minutes } min left
mail-programs-used = Used by
mail-programs-unused = Not used yet
mail-programs-close = End it
mail-programs-close-confirm = End the use of mail programs from { $network }? To use them there again, sign in with a browser from there.
mail-programs-close-all = End it everywhere
mail-programs-close-all-confirm = End the use of mail programs everywhere? To use them again, sign in with a browser from each place.
mail-programs-again = Confirm it is you and renew the time for this address
mail-programs-refused = Recently refused
mail-programs-none-refused = Nothing in the last 24 hours.
mail-programs-refused-lead = If one of these is yours, you can let it in. If you do not know it, do not let it in, and change your password now.
mail-programs-protocol = Kind
mail-programs-at = When
mail-programs-permit = Let it in
mail-permit-title = Let a mail program in
mail-permit-question = Let mail programs in from { $address }?
mail-permit-risk = Please make sure that this address is yours. If it is somebody else's, whoever knows your password can read your mail and send mail in your name.
mail-permit-consequence = Mail programs may then be used from { $address } for { $hours ->
    [1] one hour
   *[other] { $hours } hours
  }. To take it back, end it on the page before.
notice-mail-window-closed = Mail programs may no longer be used there.
notice-mail-window-permitted = The address is let in. Please try again in the mail program.
proof-for-mail = Before you let mail programs in from an address, please confirm that it is you.
