# 組織の管理画面
admin-users-title = ユーザー管理
admin-users-name = 名前
admin-users-factor = { $Feature }
admin-users-on = 有効
admin-users-off = 未設定
admin-users-disabled = 停止中
admin-next = 次のページ
