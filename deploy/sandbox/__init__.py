"""The sandbox: WeChat, WeChat Pay v3 and Tencent's SMS API as one process that speaks their real protocols.

job        stands in for what cannot run here, so that production differs in addresses and credentials only
hears      wechat.py (sign-in, phone, subscribe messages) · pay.py (orders, refunds) · sms.py (SendSms, look-ups)
says       signed payment notifications with the real retry schedule, SMS receipts (courier.py)
remembers  in memory (ledger.py): a restart forgets every order and message
plays      a person: GET / and the API under /play (play.py) · a hostile gateway: one table in triggers.py
"""
