# Registering by app code and user code (K4)
pairing-title = Register by app code
pairing-offer = If your app can be paired, you can register it by the app code that it shows, in place of the QR code.
pairing-start = Register by app code
pairing-open = You have begun to register an app by its code. You can go on from there.
pairing-resume = Go on registering

pairing-user-code = User code
pairing-user-code-lead = Open the app, tap “Add”, and type this user code into it.
pairing-user-code-note = The app shows an app code, too: you type that on the next page. This user code is not on the next page, so type it into the app, or write it down, before you go on.
pairing-user-code-care = A user code is for one registration of one person and device. Show it to nobody, and tell it to nobody.
pairing-next = Next

pairing-app-code = App code
pairing-app-code-lead = Type the app code that the app shows, and choose “Next”.
pairing-app-code-lead-first = Open the app and tap “Add”: it shows an app code. Type that below, and choose “Next”.
pairing-app-code-hint = 16 symbols. Small letters, spaces and hyphens do no harm. When it is complete it is hidden from onlookers.
pairing-app-code-show = Show the app code
pairing-app-code-hide = Hide the app code
pairing-app-codes-left = { $left ->
    [1] One more app code can be typed.
   *[other] { $left } more app codes can be typed.
  }
pairing-device = Name of the device (optional)
pairing-device-hint = To tell your devices apart, as in “My phone”. Give it the same name in the app.
pairing-back-to-user-code = Look at the user code again

pairing-derived-lead = Type this user code into the app, and tap “Register” there.
pairing-tag = Tag
pairing-tag-hint = The app shows the same tag. If it shows another one, one of the codes was not typed correctly.
pairing-type-again = Type the app code again
pairing-code-hint = The 6 digits that the app shows while you hold “VIEW CODE”. They change every 30 seconds.
pairing-tries = { $left ->
    [1] One more try.
   *[other] { $left } more tries.
  }
pairing-then = After that this registration is void, and you begin anew.
pairing-abandon = Stop registering
pairing-use-qr = Register by QR code
pairing-help = Help with registering

account-app-tag = Tag
account-app-device = Device
remove-device = Registered device: { $device }
proof-for-pairing = Before you register an app, please confirm that it is you.

help-pairing = I cannot register by app code
help-pairing-order = “Add” in the app shows an app code; the page shows a user code. Type the app code into the page and the user code into the app, in whichever order.
help-pairing-symbols = A code has 16 digits and letters. The letters I, L, O and U are not used (I and L are read as 1, O as 0).
help-pairing-tag = If page and app show different tags, one of the codes was not typed correctly. Remove the entry in the app and begin again with “Add”.
help-pairing-limit = A registration has to be finished within 10 minutes. It takes up to 5 app codes and 5 wrong { $code }s. After 10 registrations in a day that came to nothing, this way is closed until the next day. If you cannot wait, ask { $contact }.
help-pairing-undo = If you are told of a registration that was not yours, change your password at once, and turn { $feature } off on your account page or tell { $contact }.
