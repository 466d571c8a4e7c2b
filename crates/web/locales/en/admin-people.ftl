# Bringing people in: one by one, or from a file
user-new = Add a user
user-new-submit = Add the user
user-new-email-hint = Notices about the account go there. May be empty.
user-first-password = First password
user-first-shown = Make one and show it to me once
user-first-mailed = Mail the person a link to choose one
user-first-hint = A password that is shown is good for one sign-in; the person then chooses another. A mailed link works for 3 days.
user-first-hint-no-mail = It is good for one sign-in; the person then chooses another. Links cannot be mailed here: the policy does not offer them, or no mail is set up.
user-added-title = The user is added
user-added-lead = This is the first password of { $login }:
user-added-once = It is shown only now. Tell it to the person in private; at the first sign-in the person has to choose another.
user-added-show = Show the user
user-added-next = Add another
notice-user-invited = The user is added, and a mail with a link to choose a password is on its way.
notice-password-link-sent = A mail with a link to choose a password is on its way. It works for 3 days.
notice-import-being-undone = The import is being undone. Load this page again to see how many are left.
act-password-link = Mail a link for a new password
act-password-link-what = { $login } is mailed a link by which to choose a new password. It works once and for 3 days. You see neither the link nor the password.
act-password-link-undo = The present password stays good until then, and { $feature } stays as it is. A link that was sent by mistake becomes void when a new one is sent or the password is changed.
act-password-link-submit = Send the mail
user-no-link-policy = A link for a new password cannot be mailed: the policy does not offer it (login.password_reset), or no mail is set up.
user-no-link-address = A link for a new password cannot be mailed: there is no mail address. Edit the user to add one.
user-no-link-disabled = A link for a new password is not mailed while the account is disabled.
import-title = Import users
import-lead = Send a CSV file. First everything is checked, and you see what would be added. Nothing is written before you confirm.
import-file = CSV file
import-file-hint = UTF-8, or Shift_JIS as Excel saves it. At most 100,000 users and 32 MB.
import-paste = Paste the text instead
import-text = The text of the file, with its heading
import-check = Check
import-nothing = Please choose a file, or paste its text.
import-columns = Columns of the file
import-column-login = What the person types to sign in. Must be there; the other columns may be missing.
import-column-name = What the person is called.
import-column-email = Where notices go.
import-column-group = The name of a group that exists here.
import-column-role = member (if empty), administrator or operator; not above your own.
import-column-hash = The password as the old system stored it, so that people keep it: Argon2, scrypt or PBKDF2 (PHC strings), bcrypt, SSHA of a directory, SHA-crypt of Linux. Never a password itself. It is replaced by a stronger one at the next sign-in.
import-sample = Save a sample file
import-refused = The file cannot be imported as it is. Nothing was added.
import-nobody-new = There is nobody to be added: everybody in the file is here already, or it is empty.
import-checked = The file is checked. Nothing is written yet.
import-running = The users are being added: { $percent }% ({ $added }). You may leave this page.
import-stopped = The import stopped after { $count } users. The others can still be added.
import-forgotten = The file was not confirmed within a day and is forgotten. Please send it again.
import-done = { $count ->
    [one] One user was added.
   *[other] { $count } users were added.
}
import-fresh = New: { $count }
import-existing = Here already, stay as they are: { $count }
import-bad = Wrong: { $count }
import-overtaken = Taken by somebody else since the check, stay as they are: { $count }
import-weak = With a weak password hash, replaced at the next sign-in: { $count }
import-without-password = Without a password yet: { $count }
import-shift-jis = The file was read as Shift_JIS. Please look at the names below.
import-checked-at = Checked:
import-problems = What was found, row by row
import-problems-save = Save this list as CSV
import-line = Line
import-column = Column
import-problem = What is wrong
import-sample-title = The first new users of the file
import-hash = Password hash
import-hash-there = Yes
import-mail = Mail those without a password and with a mail address ({ $count }) a link to choose one
import-no-mail = Links to choose a password cannot be mailed here: the policy does not offer them, or no mail is set up.
import-submit = { $count ->
    [one] Add one user
   *[other] Add { $count } users
}
import-go-on = Go on
import-another = Check another file
import-again = Send the file again
import-undo = Undo the import
import-undo-hint = Of those who came with this import, { $left } are still here; { $untouched } of them are members who never signed in and can be deleted again together.
import-undo-what = { $count ->
    [one] One member of this import who never signed in is deleted.
   *[other] { $count } members of this import who never signed in are deleted.
} Whoever has signed in stays, as do administrators.
import-undo-undo = This cannot be undone, but the same file can be imported again.
import-undo-reason-hint = Kept in the audit trail, with your name. For example which file it was meant to be.
import-undo-submit = Delete them
import-bad-too-large = A file has at most 100,000 users and 32 MB.
import-bad-encoding = The file is neither UTF-8 nor Shift_JIS. In Excel, save it as “CSV UTF-8”.
import-bad-heading = The first line names the columns: login, and any of name, email, group, role, password_hash, each once.
import-bad-quote = A quotation mark stands where none can be. The lines behind it cannot be read.
import-bad-login-empty = There is no login ID.
import-bad-login-long = A login ID has at most 190 characters.
import-bad-login = A login ID has no spaces or control characters.
import-bad-name = A name has at most 100 characters and no line breaks.
import-bad-email = Not a mail address like taro@example.jp.
import-bad-group = A group’s name has 1 to 60 characters in one line.
import-bad-role = A role is member, administrator or operator.
import-bad-role-above = Nobody gives a role above the own one.
import-bad-hash-scheme = Not a password hash of an accepted kind. A password itself cannot be imported.
import-bad-hash-malformed = The password hash is cut off or malformed.
import-bad-hash-dear = The password hash needs too much time or memory to be checked.
import-bad-no-group = There is no group of this name.
import-bad-cells = The line has { $found } cells where the heading has { $expected }.
import-bad-twice = Line { $line } has the same login ID.
import-bad-taken = Somebody has this login ID already.
