# Notices by mail
mail-turned-on = { $Feature } was turned on
mail-turned-off = { $Feature } was turned off
mail-codes-issued = New { $backup_code }s were issued
mail-reset = { $Feature } was reset
mail-password-changed = Your password was changed
mail-account-changed = Your account was changed
mail-facts = { $login } at { $tenant }
    { $time }
mail-from-address = From { $address }
mail-by-administrator = By { $contact }
mail-not-you = If this was you, there is nothing to do. If it was not, change your password now and tell { $contact }.
