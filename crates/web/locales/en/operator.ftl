# The operator's console
operator-tenants-title = Organisations
operator-name = Organisation
operator-slug = Slug
operator-slug-hint = The first part of its addresses: up to 40 of a–z, 0–9 and hyphens, beginning with a letter.
operator-state = State
operator-state-active = Active
operator-state-suspended = Suspended
operator-state-to-be-deleted = To be deleted
operator-people = Users
operator-with-factor = With { $feature }
operator-sessions = Signed-in browsers
operator-added = Added
operator-facts = Overview
operator-factor = { $Feature }
operator-factor-off = Not used
operator-factor-optional = Each user decides
operator-factor-required = Compulsory for everybody
operator-factor-off-network = Compulsory for everybody outside the trusted networks
operator-factor-from = Compulsory for everybody from { $day }
operator-administrators = Administrators
operator-no-administrators = There are no administrators.
operator-person-name = Name
operator-app = { $Feature }
operator-person-on = On
operator-person-off = Not set up
operator-person-closed = Account closed
operator-closing = Closing and deleting
operator-to-tenants = Back to all organisations
operator-deletion-at = At { $time } everything of this organisation is deleted. Until then that can be taken back.

operator-add-title = New organisation
operator-add = Add organisation
operator-preset = Preset
operator-first = First administrator
operator-first-login = Login ID
operator-email = Mail address for notices
operator-first-password = First password
operator-first-password-hint = It works once. After the first login its owner chooses a new one.

operator-reason-hint = It stays in the organisation’s audit trail beside your name. The number of an application, for example.
operator-schedule = Make { $feature } compulsory
operator-schedule-title = Make { $feature } compulsory at { $name }?
operator-schedule-what = From that day everybody in this organisation is asked for { $feature } when signing in. Those who have not set it up do so at their next login.
operator-schedule-undo = The organisation’s administrators can change this on their policy page.
operator-day = First day
operator-day-hint = From midnight in the organisation’s time zone. Left empty: at once.
operator-suspend = Suspend organisation
operator-suspend-title = Suspend { $name }?
operator-suspend-what = Everybody in this organisation is signed out at once, and nobody can sign in.
operator-suspend-undo = You can open it again at any time.
operator-resume = Open organisation
operator-resume-title = Open { $name } again?
operator-resume-what = The people of this organisation can sign in again.
operator-resume-undo = You can suspend it at any time.
operator-delete = Delete organisation
operator-delete-title = Delete { $name }?
operator-delete-what = The organisation is closed at once. After seven days everything of it is deleted: users, their { $feature }, the audit trail. Who ordered it, and why, stays in “Server events”.
operator-delete-undo = It can be taken back for seven days, and never after that.
operator-confirm = To confirm, type the slug “{ $slug }”
operator-keep = Do not delete
operator-keep-title = Keep { $name } after all?
operator-keep-what = Nothing is deleted. The organisation stays closed.
operator-keep-undo = To open it, choose “Open organisation” afterwards.

operator-own-rescue = If the only operator is locked out, no page can help: run warifu tenant rescue on the server. Better have a second operator from the beginning.
operator-rescue = Rescue an administrator
operator-rescue-title = Rescue of an administrator of { $name }
operator-rescue-what = Where no other administrator can help, you check who the caller is and clear the administrator’s { $feature }. The next login sets it up again. All administrators of the organisation are told by mail.
operator-rescue-undo = What is cleared does not come back. If you cannot make sure who the caller is, do not go on.
operator-rescue-two = It is cleared once a second operator approves it within a day.
operator-rescue-whom = Administrator to rescue
operator-rescue-company = Organisation’s name, as told
operator-rescue-email = Mail address, as told
operator-rescue-told = What stands in the account is not shown. Enter what the caller says.
operator-rescue-how = How you made sure who the caller is
operator-rescue-how-hint = It stays in the audit trail. For example: called back at the number in the contract, checked name and staff number
operator-rescue-do = Record the check and clear
operator-rescue-ask = Record the check and ask for approval
operator-rescue-waits = { $by ->
    [absent] Asked for at { $asked }. It can be approved until { $until }.
   *[other] Asked for by { $by } at { $asked }. It can be approved until { $until }.
  }
operator-rescue-waiting = A rescue waits for the approval of a second operator.
operator-rescue-look = Look at the rescue that waits
operator-rescue-own = You asked for this, so another operator has to approve it, who finds it on this page. You can take it back.
operator-rescue-approve-hint = It stays in the audit trail beside your name. For example what you checked yourself.
operator-rescue-withdraw-hint = Needed to take it back. It stays in the audit trail beside your name.
operator-rescue-approve = Approve and clear
operator-rescue-withdraw = Take back

operator-mail-title = Outgoing mail
operator-mail-settings = Settings
operator-mail-relay = Relay
operator-mail-sender = Sender
operator-mail-off = Mail is off. Nobody is told of changes to the own account.
operator-mail-where = Change it in [mail] of the configuration file.
operator-mail-queue = Queue
operator-mail-waiting = Mails that wait
operator-mail-tried = Mails that wait for another try
operator-mail-oldest = The oldest
operator-mail-to = Address for a test mail
operator-mail-test = Send a test mail

operator-proxies-title = Reverse proxies
operator-proxies-lead = This is the address from which you, looking at this page, seem to come to Warifu.
operator-proxies-own = This is the proxy’s own address. Everybody seems to come from one place: limits on logins and notices do not work as they should.
operator-proxies-believed = The address that counts
operator-proxies-peer = Who connected
operator-proxies-trusted = Trusted proxies
operator-proxies-nobody = none
operator-proxies-where = Write the proxy’s address into server.trusted_proxies of the configuration file.

operator-keys-title = Keys
operator-keys-lead = Which keys stored values were made with. A key that values depend on must stay in the key ring.
operator-keys-active = Key of new values
operator-keys-known = Keys in the ring
operator-keys-what = Values
operator-keys-key = Key
operator-keys-values = Number
operator-keys-older = older key
operator-keys-missing = not in the ring
operator-keys-retired = Retired keys
operator-keys-to-reseal = { $values ->
    [one] One value is still sealed under an older key.
   *[other] { $values } values are still sealed under older keys.
 }
operator-keys-servers = Servers that run
operator-keys-server = Server
operator-keys-change = Changing the key
operator-keys-change-where = The key ring is a file on the server. It is changed there, by these commands in this order; nobody has to sign in again. This page never shows a key.
operator-keys-step-add = a new key; copy the file to every server
operator-keys-step-activate = what is stored from now on is under it; copy the file once more
operator-keys-step-reseal = what is stored is sealed again; here, too
operator-keys-step-retire = the secret of the old key leaves the ring
operator-reseal-title = Seal values again
operator-reseal-open = Seal them again
operator-reseal-what = Everything that is sealed under an older key (keys of authenticator apps, mail addresses, codes) is sealed again under the active key, in every organisation. It runs beside the logins; nobody notices anything.
operator-reseal-undo = You can stop it at any time. What was sealed again stays so, and the next time goes on with the rest.
operator-reseal-reason-hint = It stays in the audit trail of every organisation, beside your name.
operator-reseal-submit = Start sealing
operator-reseal-cancel = Stop it
operator-reseal-back = To the keys
operator-reseal-running = Values are being sealed again: { $done } of about { $total }. This page keeps up.
operator-reseal-finished = Done: everything that can be opened is under key { $number } now. When every server has the present key ring, the older key can be retired on the server.
operator-reseal-cancelled = It was stopped. Begin again to go on with the rest.
operator-reseal-failed = It was broken off by a fault; what was done stays done. Begin again. If it happens once more, the log of the server says why.
operator-reseal-unreadable = { $values ->
    [one] One value cannot be opened and stayed as it is. Run warifu check on the server: its key may be missing from the ring.
   *[other] { $values } values cannot be opened and stayed as they are. Run warifu check on the server: their key may be missing from the ring.
 }

server-audit-title = Server events
server-audit-lead = What belongs to no organisation: changes of the key ring, guesses at the common login address that lead to no organisation, who had an organisation deleted, what the server removes from this record by its rules. What happens within an organisation stands in its own audit trail.
server-audit-by-hint = The login ID of an operator, or “subject” (whoever tried to sign in), “operator”, “command line”, “server”
server-audit-none = There are no such events. Changes of the key ring, for example, appear here as they happen.
server-audit-broken = An event does not fit (chain { $lane }, place { $seq }): it was changed, removed or put in. Compare with a backup. If a key has left the key ring, put it back and check again.

operator-health-title = Health
operator-health-version = Version
operator-health-database = Database
operator-health-writes = Writing
operator-health-good = Works
operator-health-bad = Does not work
operator-health-hashes = Passwords waiting to be hashed
operator-health-mails = Mails waiting
operator-health-swept = Last sweep

notice-tenant-added = The organisation is added. Tell its first administrator how to sign in.
notice-second-factor-scheduled = { $Feature } is made compulsory.
notice-tenant-suspended = The organisation is suspended.
notice-tenant-resumed = The organisation is open again.
notice-tenant-deletion-set = The organisation is closed and will be deleted in seven days. Until then that can be taken back.
notice-tenant-kept = The organisation is not deleted. It is still closed.
notice-administrator-rescued = { $Feature } is cleared. Tell the administrator to set it up again at the next login.
notice-rescue-asked = The check is recorded. Nothing is cleared yet: tell another operator, who approves it on this page within a day.
notice-rescue-withdrawn = The rescue is taken back.
notice-test-mail-sent = The relay took the test mail. Please check that it arrives.
