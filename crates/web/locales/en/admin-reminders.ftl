# Reminder mails: asking those who have no second factor to set one up
reminders-title = Reminder mails
reminders-lead = Asks those who have not set up { $feature } yet to do so, by mail.
reminders-open = Prepare reminders
reminders-rule = Nobody gets more than one in { $days } days. Mail that comes again and again is not read any more and burdens shared mailboxes and mail servers, so this cannot be shortened. Disabled people get none.
reminders-audience = Who would get one
reminders-had-one = Reminded lately
reminders-addressless = No address
reminders-reached = Would get one
reminders-lately = { $count } people got one on { $day }, and are left out now.
reminders-write = What it says
reminders-to = To whom
reminders-everybody = Everybody who has none
reminders-day = Deadline that you ask for
reminders-day-hint = Optional. Whoever has a date from which it is compulsory reads that date without your doing. A day typed here makes nothing compulsory.
reminders-note = A sentence of yours
reminders-note-hint = Optional. At most 200 characters, no links. It is shown as it is typed.
reminders-look = Look at text and numbers
reminders-preview = How it reads
reminders-confirm = { $count ->
    [0] Nobody would get one, so nothing can be sent.
    [one] One person gets one mail, in the person's own language. Mail that is sent cannot be called back.
   *[other] { $count } people get one mail each, in their own language. Mail that is sent cannot be called back.
  }
reminders-submit = { $count ->
    [one] Send to 1 person
   *[other] Send to { $count } people
  }
reminders-reason-hint = It is kept in the audit trail with your name.
reminders-sample-login = taro.yamada
reminders-rounds = Earlier reminders
reminders-when = Begun
reminders-sent = Sent to
reminders-left-out = Left out
reminders-state = State
reminders-state-running = Being sent
reminders-state-stopped = Stopped
reminders-state-done = Done
reminders-running = Being sent ({ $percent }%): mails to { $sent } of { $people } people are in the queue. This goes on when you close the page.
reminders-stopped = Stopped in the middle ({ $percent }%): mails to { $sent } of { $people } people are in the queue.
reminders-done = { $sent ->
    [one] The mail to one person is in the queue.
   *[other] Mails to { $sent } people are in the queue.
  }
reminders-recent = { $count ->
    [one] One person was reminded lately, and left out.
   *[other] { $count } people were reminded lately, and left out.
  }
reminders-no-address = { $count ->
    [one] One person has no mail address.
   *[other] { $count } people have no mail address.
  }
reminders-crowded = { $count ->
    [one] One person shares an address with others that got several today, and was left out.
   *[other] { $count } people share addresses with others that got several today, and were left out.
  }
reminders-leaves = So that other mail is not held up, three hundred leave a minute; the last one at about { $time }. Whoever finishes the set-up before gets none.
reminders-stop = Stop sending
reminders-go-on = Go on
reminders-go-on-hint = Goes on where it stopped. Nobody gets a second mail.
reminders-to-list = All reminders
reminders-back = Back to adoption
reminders-no-mail = This server is not set up to send mail, so no reminders can be sent. Please ask the operator.
reminders-not-offered = The policy lets nobody set up { $feature }, so there is nothing to remind of.
