# Users: one person
user-to-list = To the list of users
user-back = Back to the user
user-none = None
user-never = Never
user-next-title = If this user signed in now
user-next-disabled = Every login would be refused, because the account is disabled.
user-next-suspended = Every login would be refused, because the whole organisation is suspended.
user-next-registered = After the password, the { $code } of the { $app } would be asked for, because one is registered. The policy does not matter here.
user-next-lost = After the password, a second proof would be asked for, but not the { $app }: its owner reported it lost.
user-next-or-backup-code = One of the { $backup_code }s would do as well.
user-next-or-helpdesk-code = So would the helpdesk code that is open now.
user-next-reissued = After the password, { $feature } would have to be set up, because an administrator re-issued it.
user-next-role = After the password, { $feature } would have to be set up, because administrators always need it.
user-next-policy = After the password, { $feature } would have to be set up, because your organisation asks everybody for it.
user-next-grace = After the password, { $feature } would be offered. This user’s group may put it off until { $until }.
user-next-later = The password would be enough. { $Feature } will be asked for from { $from }.
user-next-optional = The password would be enough, because each user decides about { $feature } and this one has not set it up.
user-next-trusted = From a trusted network the password would be enough. From elsewhere { $feature } would be asked for.
user-next-switched-off = The password would be enough, because the user has switched { $feature } off.
user-next-switched-on = After the password, { $feature } would have to be set up, because the user has switched it on and registered nothing yet.
user-next-email = After the password, a code sent to the registered mail address would be asked for.
user-next-or-email = A code sent to the registered mail address would do as well.
user-next-off = The password would be enough, because your organisation does not use { $feature }.
user-factor-on = { $Feature } is on
user-factor-off = { $Feature } is off
user-factor-title = { $Feature }
user-address-since = In use since { $since }
user-address-awaited = { $address } waits for the { $code } that was sent there
user-address-unused = Because of the policy or of this user’s role, { $code }s by mail do not count.
user-mail-title = Mail programs
user-mail-none-refused = Nothing within 24 hours. If a mail program does not work all the same, check the { $login_label }, the password and the program’s settings.
user-mail-tell = Why, and what to tell the user
user-mail-nothing = It would be let in now. Tell the user to try again in the mail program.
user-mail-login = { $Feature } was not passed from there, or too long ago. Tell the user to sign in with a browser at the same place.
user-mail-other-network = So many people share this address that mail programs do not work there even after a login. Tell the user to take another line, at home for example.
user-mail-set-up = The user has not set up { $feature }. Tell the user to sign in with a browser and set it up first.
user-mail-reopening = The account or the whole organisation is closed. Nothing works until it is opened again.
user-factor-pending = Set-up begun, not finished
user-blocked-until = Too many wrong guesses were made at this account. Guesses are refused until { $until }. “Unlock” opens it at once.
user-blocked-closed = Far too many wrong guesses were made at this account. It stays locked until it is unlocked.
user-account-title = Account
user-email = Address for notices
user-email-hint = A mail address. Notices about the account go there. A change is announced to the old and the new address.
user-group = Group
user-no-group = No group
user-role = Role
user-added = Added
user-last-login = Last login
user-edit = Edit name, address, group
user-save = Save
user-app = { $App }
user-app-confirmed = Registered and confirmed
user-app-lost = Reported lost; opens nothing
user-codes = { $left ->
    [one] One unused, issued { $since }
   *[other] { $left } unused, issued { $since }
  }
user-helpdesk-open = Open until { $until }
user-oneself = This is your own account. What concerns your own sign-in is on your account page, or ask another administrator.
user-sessions-title = Signed in at
user-sessions-none = This user is not signed in anywhere.
user-events-title = Lately
user-events-all = See all events of this user
user-more-title = More
role-member = Member
role-administrator = Administrator
role-operator = Operator

# Users: acts
act-reason = Reason
act-reason-hint = Kept in the audit trail, with your name. For example how you checked who is calling.
act-helpdesk-code = Helpdesk code
act-helpdesk-code-what = You get eight digits to read out to { $login } over the phone. They stand in for the { $code } once, within ten minutes, and only after the right password. { $Feature } stays on. The user is told by mail.
act-helpdesk-code-undo = First make sure who is calling. A code that is not used expires by itself; a new one, or removing { $feature }, makes it void.
act-helpdesk-code-submit = Show the code
act-remove = Remove { $feature }
act-remove-what = { $backup_codes ->
    [none] The { $app } of { $login } stops working
   *[some] The { $app } and the { $backup_code }s of { $login } stop working
  }, and the user is signed out everywhere. Where your organisation does not ask for { $feature }, the password alone is then enough. The user is told by mail.
act-remove-what-mail = { $backup_codes ->
    [none] The { $app } and the private mail address of { $login } are removed
   *[some] The { $app }, the private mail address and the { $backup_code }s of { $login } are removed
  }, and the user is signed out everywhere. Where your organisation does not ask for { $feature }, the password alone is then enough. The user is told by mail.
act-remove-undo = What was registered cannot be brought back. To undo it, the user sets { $feature } up again, or you re-issue it.
act-remove-submit = Remove it
act-reissue = Re-issue { $feature }
act-reissue-what = { $backup_codes ->
    [none] The { $app } of { $login } stops working at once
   *[some] The { $app } and the { $backup_code }s of { $login } stop working at once
  }, and the user is signed out everywhere. The next login leads to the set-up page, also where { $feature } is optional. The user is told by mail.
act-reissue-what-mail = { $backup_codes ->
    [none] The { $app } and the private mail address of { $login } are removed at once
   *[some] The { $app }, the private mail address and the { $backup_code }s of { $login } are removed at once
  }, and the user is signed out everywhere. The next login leads to the set-up page, also where { $feature } is optional. The user is told by mail.
act-reissue-undo = What was registered cannot be brought back. Whoever knows the password can set up a new one, so make sure that only the user does.
act-reissue-submit = Re-issue it
act-end-sessions = End all sessions
act-end-sessions-what = { $login } is signed out in every browser at once.
act-end-sessions-undo = The user can sign in again as usual.
act-end-mail = End the use of mail programs
act-end-mail-what = Mail programs of { $login } may come from nowhere any more. What a mail program has open ends soon as well, if the mail server is set up for that. Sessions in browsers stay.
act-end-mail-one-what = Mail programs of { $login } may not come from { $network } any more. What a mail program has open there ends soon as well, if the mail server is set up for that. Other addresses and sessions in browsers stay.
act-end-mail-undo = To use mail programs again, the user signs in with a browser from each place.
act-end-mail-submit = End it
act-end-sessions-submit = End all sessions
act-unlock = Unlock
act-unlock-what = { $backup_codes ->
    [none] Wrong guesses at the password and the { $code } of { $login } are forgotten
   *[some] Wrong guesses at the password, the { $code } and the { $backup_code }s of { $login } are forgotten
  }, so that the user can try again at once. Password and { $feature } stay as they are.
act-unlock-undo = There is nothing to undo: new wrong guesses are counted again.
act-unlock-submit = Unlock
act-disable = Disable the account
act-disable-what = { $login } is signed out everywhere at once and cannot sign in any more, by any way. Nothing is deleted.
act-disable-undo = To undo it, enable the account again.
act-disable-submit = Disable the account
act-enable = Enable the account
act-enable-what = { $login } can sign in again with the password and { $feature } as before. Wrong guesses at the password are forgotten.
act-enable-undo = To undo it, disable the account again.
act-enable-submit = Enable the account
act-role = Change the role
act-role-what = Choose what { $login } may do. The user is signed out everywhere and told by mail. Administrators need { $feature } and are led to its set-up at the next login.
act-role-undo = To undo it, choose the former role again.
act-role-submit = Change the role
act-delete = Delete the account
act-delete-what = { $login } and everything kept about this user are deleted: name, address, { $feature }, sessions. Only the audit trail stays, with a number in place of the name.
act-delete-undo = This cannot be undone. To stop an account for a while, disable it instead.
act-delete-submit = Delete for good
act-export = Export everything about this user
act-export-what = You get a file (JSON) with everything that is kept about { $login }, to hand to the user. It holds no password, key or code.
act-export-undo = The file holds personal data. That it was exported is recorded.
act-export-submit = Save the file
helpdesk-code-lead = Read this code out to { $login }:
helpdesk-code-until = It works once, until { $until }. It is not shown again.
helpdesk-code-step-1 = The user signs in with the password.
helpdesk-code-step-2 = On the page that asks for the { $code }, the user chooses “Sign in with a code from the helpdesk”.
helpdesk-code-step-3 = The user enters these eight digits.
helpdesk-code-caution = Read it out only if you are sure who is calling. Never send it by mail or chat.

# Users: done
notice-second-factor-removed = { $Feature } of this user is removed, and the user was told.
notice-second-factor-reissued = The old { $feature } has stopped. The next login leads to the set-up page.
notice-user-mail-ended = Mail programs of this user may no longer be used there.
notice-user-sessions-ended = This user is signed out everywhere.
notice-user-unlocked = This user can try again at once.
notice-user-disabled = The account is disabled. Every session has ended.
notice-user-enabled = The account is enabled.
notice-user-role-changed = The role is changed. The user has to sign in again.
notice-user-deleted = The account is deleted.
notice-user-edited = The changes are saved.
notice-user-added = The user is added.
notice-group-added = The group is added.
notice-group-changed = The group is changed.
notice-group-removed = The group is removed. Its users stay, in no group.

# Users: the list
users-search = Search
users-search-hint = The beginning of the { $login_label }, of the name, or of a word in them. A Japanese name is found from its middle, too: 太郎 finds 田中太郎. Capitals and full-width letters make no difference. Addresses for notices are stored encrypted and are not searched.
users-search-submit = Search
users-search-cut = They come as they are found; with more letters there are fewer, and they can be ordered.
users-cut = { $count } users were looked at for this page. There may be more who belong on it.
users-go-on = Go on searching
users-parts = Show only
users-by-group = By group
users-orders = Order
users-pages = Pages
users-previous = Previous page
users-export = Save this list as CSV
users-all = All
users-on = { $Feature } on
users-off = { $Feature } off
users-pending = Set-up begun
users-locked = Locked
users-disabled = Disabled
users-never = Never signed in
users-few-codes = Few { $backup_code }s
users-administrators = Administrators
users-operators = Operators
users-blocked = Locked
users-codes-low = Few { $backup_code }s
users-count = { $count ->
    [one] One user
   *[other] { $count } users
  }
users-count-more = More than { $most } users
users-nobody = There are no users yet. They appear here as soon as they are added or imported.
users-none-found = Nobody was found. Try the beginning of the { $login_label } or of the name, or fewer letters.
users-none-of-part = There is nobody here at the moment.

# Groups
groups-title = Groups
groups-none = There are no groups yet. A group can put the date off from which { $feature } is compulsory for its users.
group-name = Name
group-members = Users
group-grace = May put the set-up off until
group-grace-hint = The day on which { $feature } becomes compulsory for these users. Empty: as for everybody.
group-add = Add a group
group-change = Change the group
group-remove = Remove the group
group-remove-what = Remove the group “{ $name }”? Its users ({ $members }) stay, in no group, and what is compulsory for everybody is compulsory for them at once.
group-remove-undo = To undo it, add a group again and put each user into it.
group-remove-submit = Remove the group
