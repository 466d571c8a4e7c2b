# Notices by mail
mail-turned-on = { $Feature } was turned on
mail-turned-off = { $Feature } was turned off
mail-codes-issued = New { $backup_code }s were issued
mail-reset = { $Feature } was reset
mail-password-changed = Your password was changed
mail-account-changed = Your account was changed
mail-facts = { $login } at { $tenant }
mail-time = At { $time }
mail-from-address = From { $address }
mail-by-administrator = By { $contact }
mail-browser = Browser: { $browser }
mail-not-you = If this was you, there is nothing to do. If it was not, change your password now and tell { $contact }.
mail-test = Test of mail delivery
mail-test-nothing-to-do = If this mail has reached you, notices from Warifu are sent as they should be. There is nothing to do.
