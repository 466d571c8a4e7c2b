# Errors: what happened, and what to do now
refusal-LOGIN-01 = We could not confirm this { $login_label } and password.
refusal-LOGIN-01-do = Please enter them again, and check capitals and the state of your keyboard. If it does not help, ask { $contact }.
refusal-LOGIN-02 = The time for this login is over.
refusal-LOGIN-02-do = Please start again with your { $login_label } and password. If it does not help, ask { $contact }.
refusal-LOGIN-03 = This login has ended because too many codes could not be confirmed.
refusal-LOGIN-03-do = Please start again with your { $login_label } and password. “Help” lists what may be the cause. If it does not help, ask { $contact }.
refusal-LOGIN-04 = This login is already over.
refusal-LOGIN-04-do = Please start again with your { $login_label } and password. If it does not help, ask { $contact }.
refusal-LOGIN-05 = Your { $app } is suspended because its device was reported lost.
refusal-LOGIN-05-do = { $backup_codes ->
    [none] If there is another way to sign in on this page, use it. If not, ask { $contact } to turn { $feature } off for you.
   *[some] If you have a { $backup_code }, sign in with it. If not, ask { $contact } to turn { $feature } off for you.
  }
refusal-LOGIN-06 = Passwords cannot be checked right now.
refusal-LOGIN-06-do = The system that keeps the passwords does not answer. What you typed is not the cause. Please try again in a while. If it goes on, ask { $contact }.

refusal-OTP-01 = We could not confirm this { $code }.
refusal-OTP-01-do = { $left ->
    [absent] Please enter the new { $code } that your { $app } shows. If it does not help, ask { $contact }.
    [one] Please enter the new { $code } that your { $app } shows. One try is left. If it does not help, ask { $contact }.
   *[other] Please enter the new { $code } that your { $app } shows. { $left } tries are left. If it does not help, ask { $contact }.
  }
refusal-OTP-02 = We could not read this as the { $code }.
refusal-OTP-02-do = Please enter only the digits that your { $app } shows. Spaces, hyphens and full-width digits do no harm. If it does not help, ask { $contact }.
refusal-OTP-03 = This { $code } has already been used.
refusal-OTP-03-do = Wait until your { $app } shows the next { $code } and enter that. If you did not use it yourself, tell { $contact }.
refusal-OTP-04 = { $minutes ->
    [absent] The { $code } does not fit because the clock of your phone is off.
    [one] This { $code } is not the present one: it was typed too late, or the clock of your phone is about a minute off.
   *[other] The { $code } does not fit because the clock of your phone is about { $minutes } minutes off.
  }
refusal-OTP-04-do = { $minutes ->
    [one] Wait until a new { $code } appears and enter it straight away. If it is refused too, set date and time to “automatic” in the settings of your phone. If it does not help, ask { $contact }.
   *[other] Set date and time to “automatic” in the settings of your phone, then enter the new { $code }. If it does not help, ask { $contact }.
  }
refusal-OTP-05 = { $until ->
    [absent] Too many codes could not be confirmed, so entering codes is paused for a while.
   *[other] Too many codes could not be confirmed, so entering codes is paused until { $until }.
  }
refusal-OTP-05-do = { $until ->
    [absent] Please sign in again later. If it is urgent, or if this was not you, ask { $contact }.
   *[other] Please sign in again after { $until }. If it is urgent, or if this was not you, ask { $contact }.
  }
refusal-OTP-06 = Signing in this way is switched off because far too many codes could not be confirmed.
refusal-OTP-06-do = Sign in another way, or ask { $contact } to turn { $feature } off for you. If this was not you, change your password as well.
refusal-OTP-07 = This way of signing in is not set up for this account.
refusal-OTP-07-do = Please choose another way, or start again with your { $login_label } and password. If it does not help, ask { $contact }.

refusal-BAK-01 = We could not confirm this { $backup_code }.
refusal-BAK-01-do = { $left ->
    [absent] Check the spelling and enter it again, or enter another, unused { $backup_code }. If it does not help, ask { $contact }.
    [one] Check the spelling and enter it again, or enter another, unused { $backup_code }. One try is left. If it does not help, ask { $contact }.
   *[other] Check the spelling and enter it again, or enter another, unused { $backup_code }. { $left } tries are left. If it does not help, ask { $contact }.
  }
refusal-BAK-02 = This { $backup_code } has already been used.
refusal-BAK-02-do = Please enter another, unused { $backup_code }. If you have none, ask { $contact } to turn { $feature } off for you.
refusal-BAK-03 = This { $backup_code } no longer works because new ones were issued.
refusal-BAK-03-do = Please enter one of the { $backup_code }s issued last. If you have none, ask { $contact } to turn { $feature } off for you.
refusal-BAK-04 = We could not read this as one of your { $backup_code }s.
refusal-BAK-04-do = Please enter the { $backup_code } as it was given to you. Spaces, hyphens, small letters and full-width ones do no harm. If it does not help, ask { $contact }.
refusal-BAK-05 = These { $backup_code }s were shown before and cannot be shown again.
refusal-BAK-05-do = If you did not keep them, issue new ones; the earlier { $backup_code }s then stop working. If you need help, ask { $contact }.
refusal-BAK-06 = These { $backup_code }s were issued before they could be shown again.
refusal-BAK-06-do = If you did not keep them, issue new ones; the earlier { $backup_code }s then stop working. If you need help, ask { $contact }.

refusal-HLP-01 = We could not confirm this code from the helpdesk.
refusal-HLP-01-do = { $left ->
    [absent] Please compare it with what you were told and enter it again. If it does not help, ask { $contact }.
    [one] Please compare it with what you were told and enter it again. One try is left. If it does not help, ask { $contact }.
   *[other] Please compare it with what you were told and enter it again. { $left } tries are left. If it does not help, ask { $contact }.
  }
refusal-HLP-02 = We could not read this as a code from the helpdesk.
refusal-HLP-02-do = Please enter the eight digits that you were told. Spaces, hyphens and full-width digits do no harm. If it does not help, ask { $contact }.
refusal-HLP-03 = The code from the helpdesk is no longer good.
refusal-HLP-03-do = It works once and for ten minutes. Please sign in another way, or ask { $contact } for a new one.

refusal-MAIL-01 = We could not confirm that { $code }.
refusal-MAIL-01-do = { $left ->
    [absent] Enter the { $code } from the mail with the request number on this page. If that does not help, ask { $contact }.
    [one] Enter the { $code } from the mail with the request number on this page. One try is left. If that does not help, ask { $contact }.
   *[other] Enter the { $code } from the mail with the request number on this page. { $left } tries are left. If that does not help, ask { $contact }.
  }
refusal-MAIL-02 = We could not read this as the { $code } from the mail.
refusal-MAIL-02-do = Enter the digits from the mail only. Full-width digits, spaces and hyphens are fine. If that does not help, ask { $contact }.
refusal-MAIL-03 = This { $code } does not work any more.
refusal-MAIL-03-do = It has expired, was used, or another one was asked for since. Ask for another one and enter the { $code } from the new mail. If that does not help, ask { $contact }.
refusal-MAIL-04 = { $until ->
    [absent] You can ask for another { $code } a little later.
   *[other] You can ask for another { $code } from { $until } on.
  }
refusal-MAIL-04-do = Please wait for the mail that is on its way, and look into your spam folder, too. If that does not help, ask { $contact }.
refusal-MAIL-05 = That cannot be read as a mail address.
refusal-MAIL-05-do = Enter one address like hanako@example.com. If that does not help, ask { $contact }.
refusal-MAIL-06 = This address cannot be registered as a private one.
refusal-MAIL-06-do = Enter an address outside the mail that this login protects. If you have none, ask { $contact }.
refusal-MAIL-07 = No mail can be sent now.
refusal-MAIL-07-do = Please use another way. If there is none, ask { $contact }.

refusal-SET-01 = This set-up has expired, or another one was started after it.
refusal-SET-01-do = Please start the set-up again and scan the new QR code. The old entry in your app does not work; please delete it. If you need help, ask { $contact }.
refusal-SET-02 = Your organisation does not offer { $feature }.
refusal-SET-02-do = If you need it, ask { $contact }.
refusal-SET-03 = Only an administrator can turn { $feature } off.
refusal-SET-03-do = Please ask { $contact } to do it.
refusal-SET-04 = The time in which setting up { $feature } could be put off is over.
refusal-SET-04-do = Please set up { $feature } here; then you are signed in. If you need help, ask { $contact }.

refusal-PAIR-01 = The registration by app code has run out of time, was stopped, or gave way to a newer one.
refusal-PAIR-01-do = Remove the unfinished entry in the app, if there is one, and register from the beginning. If you need help, ask { $contact }.
refusal-PAIR-02 = The app code has a character that no app code has.
refusal-PAIR-02-do = App codes have digits and letters only, and never the letter U. Look at the app and type the code again. If you need help, ask { $contact }.
refusal-PAIR-03 = The app code has too many or too few symbols.
refusal-PAIR-03-do = An app code has 16 symbols. Look at the app for one that is missing or doubled, and type the code again. If you need help, ask { $contact }.
refusal-PAIR-04 = This is the user code that this page showed.
refusal-PAIR-04-do = The user code is typed into the app. Here, type the app code that the app shows. If you need help, ask { $contact }.
refusal-PAIR-05 = A symbol of the app code is mistyped.
refusal-PAIR-05-do = Compare it with the app symbol by symbol, and type it again. A slip does not count against you. If you need help, ask { $contact }.
refusal-PAIR-06 = No more app codes can be entered in this registration.
refusal-PAIR-06-do = Go on with the app whose code you typed last, or stop and register from the beginning. If you need help, ask { $contact }.
refusal-PAIR-07 = This registration was ended, because several { $code }s in a row were wrong.
refusal-PAIR-07-do = Remove the entry from the app and register from the beginning. If you need help, ask { $contact }.
refusal-PAIR-08 = { $until ->
    [absent] Registering by app code is closed for a while, because too many registrations came to nothing.
   *[other] Registering by app code is closed until { $until }, because too many registrations came to nothing.
  }
refusal-PAIR-08-do = Register by QR code, or try again later. If it is urgent, or was not you, ask { $contact }.
refusal-PAIR-09 = No app code was typed yet.
refusal-PAIR-09-do = First type the app code that the app shows. If you need help, ask { $contact }.

refusal-RST-01 = This link for a new password has been used or has expired.
refusal-RST-01-do = Ask for another mail with “Forgotten your password?” on the login page. If it does not help, ask { $contact }.
refusal-RST-02 = This account was sent several such mails already.
refusal-RST-02-do = Nothing was sent. The last mail is still good; please ask the person to look for it, or try again in an hour.

refusal-ACC-01 = To see this page you need to sign in.
refusal-ACC-01-do = Please sign in and try again. If it does not help, ask { $contact }.
refusal-ACC-02 = Before this, please confirm that it is you.
refusal-ACC-02-do = Please start again from your account page. If it does not help, ask { $contact }.
refusal-ACC-03 = We could not confirm this password.
refusal-ACC-03-do = Please enter it again, and check capitals and the state of your keyboard. If it does not help, ask { $contact }.
refusal-ACC-04 = That browser is already signed out.
refusal-ACC-04-do = There is nothing more to do. If this was not you, ask { $contact }.
refusal-ACC-05 = Before this, you need to choose your own password.
refusal-ACC-05-do = Please choose it, then try again. If it does not help, ask { $contact }.
refusal-ACC-06 = Notices go to this address already.
refusal-ACC-06-do = Please enter another one. If it does not help, ask { $contact }.
refusal-ACC-07 = There are as many addresses as there can be.
refusal-ACC-07-do = Remove one that you do not need, then add this one again. If it does not help, ask { $contact }.
refusal-ACC-08 = That is not the code that was sent to this address.
refusal-ACC-08-do = Please enter the 8 digits of the newest mail. After 5 wrong ones the address has to be added again. If it does not help, ask { $contact }.
refusal-ACC-09 = This code is of no use any more.
refusal-ACC-09-do = Please add the address again, and enter the code of the new mail. If it does not help, ask { $contact }.

refusal-ADM-01 = Your role does not allow this.
refusal-ADM-01-do = Ask somebody whose role does.
refusal-ADM-02 = A reason is missing.
refusal-ADM-02-do = Please say why; the audit trail keeps it.

refusal-USR-01 = This is the last administrator.
refusal-USR-01-do = Please make somebody else an administrator first. Nothing was changed.
refusal-USR-02 = Nobody does this to the own account here.
refusal-USR-02-do = Please use your account page, or ask another administrator. Nothing was changed.
refusal-USR-03 = Somebody has this { $login_label } already.
refusal-USR-03-do = Please enter another one, or look for the user in the list.
refusal-USR-04 = This cannot be used as the { $login_label }.
refusal-USR-04-do = Please enter 1 to 190 characters without spaces.
refusal-USR-05 = This name cannot be used.
refusal-USR-05-do = Please enter at most 100 characters in one line.
refusal-USR-06 = This is not a mail address.
refusal-USR-06-do = Please enter one address like taro@example.jp, or leave the field empty.
refusal-USR-07 = No { $feature } that a login asks for is set up for this account.
refusal-USR-07-do = So there is nothing that a code could stand in for, and nothing that could let a connection in. The password comes first: where { $feature } is compulsory, the next login with it leads to the set-up.
refusal-USR-08 = There is a group of this name already.
refusal-USR-08-do = Please choose another name.
refusal-USR-09 = This name cannot be used for a group.
refusal-USR-09-do = Please enter 1 to 60 characters in one line.
refusal-USR-10 = This is not a date.
refusal-USR-10-do = Please enter it like 2027-04-01, or leave the field empty.
refusal-USR-11 = This group was removed meanwhile.
refusal-USR-11-do = Please open the page again and choose another one.
refusal-USR-12 = The file cannot be imported as it is.
refusal-USR-12-do = Nothing was added. Please correct the rows that are listed and send the file again.
refusal-USR-13 = There is nothing to import or to undo here any more.
refusal-USR-13-do = The import is running or done, or its file waited for more than a day. Look at its page; to import a file again, send it again.
refusal-USR-14 = There are as many groups as there can be.
refusal-USR-14-do = The group was not added. Please remove one that is not needed any more, then add this one again.

refusal-REM-01 = Nobody is left who would get a reminder.
refusal-REM-01-do = Everybody has set it up, got a reminder in the last seven days, or has no mail address. Nothing was sent.
refusal-REM-02 = This sentence cannot be added.
refusal-REM-02-do = Type at most 200 characters on one line, without links. The login page's address is in the mail anyway.
refusal-REM-03 = Reminders are being sent already.
refusal-REM-03-do = Wait until they are done, or stop them first. Nothing further was sent.
refusal-REM-04 = These reminders are done.
refusal-REM-04-do = Open the list of reminders, and begin new ones if they are needed.
refusal-REM-05 = This is not a day that lies ahead.
refusal-REM-05-do = Type a day from tomorrow on and within three years, as in 2027-04-01, or leave it empty.
refusal-POL-01 = With this policy you could not sign in any more.
refusal-POL-01-do = Nothing was saved. Change the draft, or ask another administrator.
refusal-NET-01 = { $address ->
    [absent] This policy trusts the address of this very server.
   *[other] This policy trusts { $address }, an address of this very server.
  }
refusal-NET-01-do = Nothing was saved. Through a proxy or webmail on the same server, anybody could sign in without { $feature }. Choose ranges without this address, or add it as an exception.
refusal-NET-02 = { $address ->
    [absent] This policy trusts the address of a proxy.
   *[other] This policy trusts { $address }, the address of a proxy.
  }
refusal-NET-02-do = Nothing was saved. Whoever comes through the proxy could sign in from anywhere without { $feature }. Choose ranges without the proxy, or add its address as an exception.
refusal-NET-03 = { $address ->
    [absent] An address that this policy trusts seems to be that of a proxy.
   *[other] { $address }, which this policy trusts, seems to be the address of a proxy.
  }
refusal-NET-03-do = Nothing was saved. Everybody seems to come from this address now, so everybody would be trusted. First whoever runs the server writes this proxy into server.trusted_proxies of the configuration.
refusal-POL-02 = Somebody else changed the policy first.
refusal-POL-02-do = Nothing was saved. Look at the policy as it is now, then make your change again.

refusal-OPR-01 = That day cannot be used.
refusal-OPR-01-do = Please choose a day from today on. It begins at midnight in the organisation’s time zone.
refusal-OPR-02 = That slug cannot be used.
refusal-OPR-02-do = Please enter up to 40 of a–z, 0–9 and hyphens, beginning with a letter.
refusal-OPR-03 = That slug is, or was, another organisation’s.
refusal-OPR-03-do = Please enter another one.
refusal-OPR-04 = That name cannot be used.
refusal-OPR-04-do = Please enter up to 100 characters without line breaks.
refusal-OPR-05 = The first administrator cannot be added.
refusal-OPR-05-do = Please check the { $login_label }, the name and the mail address.
refusal-OPR-06 = What was told is not what stands in the account.
refusal-OPR-06-do = Please ask for the organisation’s name and the mail address again. If they still differ, do not go on.
refusal-OPR-07 = Somebody in this organisation can help.
refusal-OPR-07-do = Please tell the caller that another administrator of the organisation can clear it at the console.
refusal-OPR-08 = The operator who asked cannot approve.
refusal-OPR-08-do = Another operator has to approve it.
refusal-OPR-09 = No rescue waits for approval.
refusal-OPR-09-do = It was approved, taken back, or is older than a day. If need be, ask for it again.
refusal-OPR-10 = What you typed to confirm is not the slug.
refusal-OPR-10-do = Please type the slug of the organisation that is to be deleted.
refusal-OPR-11 = The waiting time is over, so it cannot be taken back.
refusal-OPR-11-do = The deletion has begun.
refusal-OPR-12 = The organisation in which operators are can be neither closed nor deleted.
refusal-OPR-12-do = Please choose another organisation.
refusal-OPR-13 = The test mail was not sent.
refusal-OPR-13-do = Please check [mail] in the configuration file, and what the relay said: it stands in the audit trail and in the server’s log.
refusal-OPR-14 = That is not a mail address.
refusal-OPR-14-do = Please enter a single one, like taro@example.jp.
refusal-OPR-15 = Somebody else changed this at the same moment.
refusal-OPR-15-do = Please look at how it stands now and try again.

refusal-WIN-01 = Mail programs cannot be used from this address yet.
refusal-WIN-01-do = Please sign in with a browser from the same place, with { $feature }, and try again.
refusal-WIN-02 = Many people share this address, so mail programs are not let in from there.
refusal-WIN-02-do = Please use another connection, such as the one at home, or ask { $contact }.
refusal-WIN-03 = There is no record of this address any more.
refusal-WIN-03-do = Please look at the list. If you still need it, let the mail program connect again and reload this page.
refusal-GATE-01 = A key of this name cannot be added.
refusal-GATE-01-do = Please type a name of at most 60 characters that no other key has.
refusal-GATE-02 = The mail server's key is not right.
refusal-GATE-02-do = Please check the key in the mail server's settings.
refusal-GATE-03 = There are as many keys as there can be.
refusal-GATE-03-do = The key was not added. Please remove one that no mail server uses any more, then add this one again.
refusal-BRD-01 = Another organisation has this host name or domain.
refusal-BRD-01-do = Enter another name, or take it from the other organisation first.

refusal-BRD-02 = What stands in the marked field cannot be used.
refusal-BRD-02-do = Write colours as in #1f4e79, telephone numbers in digits, web pages beginning with https://, and each in one line.

refusal-BRD-03 = This file could not be read as a picture.
refusal-BRD-03-do = Choose a PNG, JPEG, WebP or GIF picture. SVG cannot be used. What you typed into the other fields is still there.

refusal-BRD-04 = The picture is too large.
refusal-BRD-04-do = Choose a picture of at most 2 MB and 4,096 pixels a side. What you typed into the other fields is still there.

refusal-BRD-05 = The server no longer has the picture that you chose.
refusal-BRD-05-do = Choose the picture again. What you typed into the other fields is still there.

refusal-PWD-01 = The new password is too short.
refusal-PWD-01-do = { $min ->
    [absent] Please enter a longer one. A few words in a row are long and easy to remember. If you need help, ask { $contact }.
   *[other] Please enter at least { $min } characters. A few words in a row are long and easy to remember. If you need help, ask { $contact }.
  }
refusal-PWD-02 = The new password is too long to be stored.
refusal-PWD-02-do = { $max ->
    [absent] Please enter a shorter one. If you need help, ask { $contact }.
   *[other] Please enter at most { $max } characters. If you need help, ask { $contact }.
  }
refusal-PWD-03 = Many people use this new password, so it is easily guessed.
refusal-PWD-03-do = Please enter one that others would not think of. If you need help, ask { $contact }.
refusal-PWD-04 = The new password is little more than your name, your { $login_label } or your organisation’s name.
refusal-PWD-04-do = Please enter one that does not rest on them. If you need help, ask { $contact }.
refusal-PWD-05 = The new password is the same as the current one.
refusal-PWD-05-do = Please enter a different one. If you need help, ask { $contact }.

refusal-FORM-01 = This page is out of date or was opened in another browser.
refusal-FORM-01-do = Please open the page again and repeat what you did; what you sent just now was not used. If it does not help, ask { $contact }.
refusal-FORM-02 = We could not read what was sent.
refusal-FORM-02-do = Please open the page again and repeat what you did. If it does not help, ask { $contact }.

refusal-REQ-01 = There is no page at this address.
refusal-REQ-01-do = Please check the address. If it does not help, ask { $contact }.
refusal-REQ-02 = What was sent is too large to be accepted.
refusal-REQ-02-do = Please send something shorter. If it does not help, ask { $contact }.
refusal-REQ-03 = This address does not accept that.
refusal-REQ-03-do = Please go back and try again from the page before. If it does not help, ask { $contact }.
refusal-REQ-04 = This server is not used under the address you asked for.
refusal-REQ-04-do = Please check the address. If it does not help, ask { $contact }.
refusal-REQ-05 = We are too busy at the moment to do this.
refusal-REQ-05-do = Please wait a little and try again. If it goes on, ask { $contact }.
refusal-REQ-06 = We are sorry. A fault on our side kept us from doing this.
refusal-REQ-06-do = Please wait a little and try again. If it goes on, pass the next line on to { $contact }.
