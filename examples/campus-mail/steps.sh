# What there is to try, in a table, with this example's own addresses; read by run with `source`.

# Passwords are known at the first start only.
known() { printf '%s' "${1:-(最初の起動時に表示 / shown at the first start)}"; }

line() { printf '  %-42s %-9s %s\n' "$@"; }

print_steps() {
  local login=https://localhost:${value[LOGIN]} webmail=https://localhost:${value[WEBMAIL]}
  local curl="curl -sv --cacert $data/tls/ca.pem -u hanako"
  echo
  line "" "login ID" password
  line "$login/campus/login" hanako "$(known "${hanako:-}")"
  line "" taro "$(known "${taro:-}")"
  line "$login/campus/admin" admin "$(known "${admin:-}")"
  line "$login/operator/login" operator "$(known "${operator_password:-}")"
  line "$webmail/" "hanako, taro: webmail"
  line "IMAP 127.0.0.1:${value[IMAPS]} (TLS), ${value[IMAP]} (STARTTLS)" "POP3 ${value[POP3S]} (TLS), ManageSieve ${value[SIEVE]}" ""
  line "SMTP 127.0.0.1:${value[SUBMISSION]} (STARTTLS, Postfix)" "${value[DOVECOT_SUBMISSION]} (STARTTLS, Dovecot)" ""
  cat <<END_OF_STEPS

  受信 receive:  $curl imaps://127.0.0.1:${value[IMAPS]}/ 2>&1 | grep '^< A' | tail -1
  送信 send:     $curl --ssl-reqd --mail-from hanako@campus.example --mail-rcpt taro@campus.example -T - smtp://127.0.0.1:${value[SUBMISSION]} <<<'Subject: hello' 2>&1 | grep '^< [2-5]' | tail -1
  検査 check:    ${drop[*]} $data/warifu/warifu check mail campus --config $data/warifu/site/warifu.toml --login taro --address taro@campus.example --host 127.0.0.1 --ca $data/tls/ca.pem --imap ${value[IMAP]} --imaps ${value[IMAPS]} --pop3 0 --pop3s ${value[POP3S]} --sieve ${value[SIEVE]} --submission ${value[SUBMISSION]} --submissions 0
  外部メール private mail:  $here/private-mail hanako --data $data

  | 手順 | すること | 結果 |
  |  1 | 「受信」を実行（メールソフトの代わりです） | OK: まだ多要素認証を使用していません |
  |  2 | $login/campus/login に hanako でログインし、「使用設定」を「使用する」に変更して、ログアウト | |
  |  3 | 「受信」をもう一度 | NO: 先にブラウザーで開くアドレスが示されます |
  |  4 | もう一度ログインし、OTPアプリを登録、続けて hanako@private.example を登録（届いたメールは「外部メール」で） | |
  |  5 | 「受信」「送信」 | OK、250: この接続元（127.0.0.1）から14時間 |
  |  6 | 「受信」に --interface 127.0.0.2 を付けて（カフェから） | NO |
  |  7 | アカウント › メールソフトの利用状況 › 127.0.0.2 の「この接続を許可する」、それから 6 をもう一度 | OK |
  |  8 | 「受信」に --interface 127.0.0.65（学内）、次に --interface 127.0.0.97（学内の eduroam）を付けて | OK、NO |
  |  9 | $webmail/ に hanako でログインし、taro にメールを送る | 届く |
  | 10 | メールソフトの利用状況で「すべての接続元の利用を終了する」、それから「受信」「送信」 | NO、535（つながったままのメールソフトも数秒で切断） |
  | 11 | taro で一度ログインしてから「検査」（taro のパスワードを入力） | すべての入口が gated |

  | step | do | see |
  |  1 | run "receive", in place of a mail program | OK: multi-factor authentication is not used yet |
  |  2 | sign in at $login/campus/login as hanako, choose "Use it", sign out | |
  |  3 | "receive" again | NO, with the address to visit first |
  |  4 | sign in again, register an OTP app, then hanako@private.example ("private mail" shows what arrives there) | |
  |  5 | "receive" and "send" | OK, 250: from this address (127.0.0.1), for 14 hours |
  |  6 | "receive" with --interface 127.0.0.2, from a café | NO |
  |  7 | your account, mail programs, let 127.0.0.2 in; then step 6 again | OK |
  |  8 | "receive" with --interface 127.0.0.65 (campus), then --interface 127.0.0.97 (eduroam on campus) | OK, NO |
  |  9 | sign in at $webmail/ as hanako and write to taro | arrives |
  | 10 | mail programs, "End it everywhere"; then "receive" and "send" | NO, 535 (a mail program that stayed connected is cut off within seconds) |
  | 11 | sign in as taro once, then "check" (with taro's password) | every door is gated |

  ブラウザーの警告は使い捨ての認証局によるものです / browsers warn of the throw-away authority: $data/tls/ca.pem
  終了 end: $here/stop --data $data    削除 remove: $here/reset --data $data
END_OF_STEPS
}
