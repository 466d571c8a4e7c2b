# Registering an authenticator app
set-up-title = { $set_up_title ->
    [absent] Turn on { $feature }
   *[other] { $set_up_title }
  }
set-up-lead = With an { $app } registered, nobody else can sign in even if they learn your password. It takes three steps.
set-up-lead-login = To sign in, you need to set up { $feature }. It takes three steps, and then you are signed in.
set-up-lead-may-wait = Your organisation asks for { $feature }. It takes three steps, and then you are signed in.
set-up-by = Please set up { $feature } by { $until }. Until then you may also sign in without it.
set-up-skip = Set up later
set-up-path-app = Get an app
set-up-path-scan = Scan the QR code
set-up-path-code = Enter the code

set-up-step-app = 1. Get an { $app }
set-up-step-app-text = Use an { $app } on your phone, such as Google Authenticator. If you already use one, it will do.
set-up-get-app = Where to get an { $app }

set-up-step-scan = 2. Scan the QR code
set-up-step-scan-text = Open the { $app } and scan this QR code.
set-up-qr = QR code for your { $app }
set-up-open-app = Add to the app on this device
set-up-open-app-hint = Use this if you are looking at this page on the phone that has the app.
set-up-by-hand = Show the { $key } (if you cannot scan the QR code)
set-up-by-hand-text = In the app choose “Enter a setup key” or similar, and enter the following.
set-up-issuer = Service
set-up-account = Account
set-up-key = { $Key }
set-up-type = Type
set-up-type-time = Time-based
set-up-key-details = The key may be entered with or without spaces.
set-up-stay = Until set-up is finished, do not close, reload or leave this page: that makes a new { $key }, and the entry in your app stops working.

set-up-step-code = 3. Enter the { $code }
set-up-code-hint = The { $digits } digits that the app shows. They change every { $seconds } seconds.
set-up-submit = { $set_up_submit ->
    [absent] Verify
   *[other] { $set_up_submit }
  }
set-up-then = After that this key no longer works, and set-up starts from the beginning.
set-up-abandon = Stop setting up
set-up-help = Help with setting up

set-up-done-title = { $set_up_done ->
    [absent] { $Feature } is on.
   *[other] { $set_up_done }
  }
set-up-done-lead = From your next login you enter the { $code } after your password. Have the device you registered at hand when you sign in.
set-up-done-next = Next: keep your { $backup_code }s
set-up-done-continue = I have kept them, continue

shown-key-title = Your QR code once more
shown-key-lead = You are signed in. Scan this QR code with the { $app } of the further device. The devices you have go on working.
shown-key-care = Whoever scans this QR code can make your { $code }. Let nobody else see it. A notice by mail says that it was shown.
shown-key-continue = I have scanned it, continue
