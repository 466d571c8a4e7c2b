# The console of a tenant's administrators
admin-users-title = Users
admin-users-name = Name
admin-users-factor = { $Feature }
admin-users-on = On
admin-users-off = Not set up
admin-users-disabled = Disabled
admin-next = Next page
