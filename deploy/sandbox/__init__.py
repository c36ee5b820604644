"""The sandbox: WeChat, WeChat Pay v3, Tencent's SMS API and a decoder of capture codes as one process.

job        stands in for what cannot run here, so that production differs in addresses and credentials only
hears      wechat.py (sign-in, phone, subscribe messages) · pay.py (orders, refunds) · sms.py (SendSms, look-ups)
           capture.py (decodes capture codes)
says       signed payment notifications with the real retry schedule, SMS receipts (courier.py)
remembers  in memory (ledger.py): a restart forgets every order and message
plays      a person: GET / and the API under /play (play.py) · a hostile gateway: one table in triggers.py
"""
