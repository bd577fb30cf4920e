"""Services whose links do not show where they lead. A book adds its own in the list ``url_shorteners``."""

SHORTENERS: tuple[str, ...] = tuple(
    """
    1url.com 2.gp 2no.co 4url.cc 8rf.in adf.ly aka.ms amzn.asia amzn.eu amzn.to app.link b.link bbc.in bit.do
    bit.ly bitly.com bitly.cx bitly.ws bl.ink buff.ly c-o.in cli.gs clck.ru cutt.ly cutt.us db.tt dlvr.it
    dub.sh ebay.to encurtador.com.br fb.me flip.it gg.gg git.io go2l.ink goo.gl goo.su grabify.link hubs.ly
    hyperurl.co ift.tt inx.lv iplogger.org is.gd j.mp kl.am kutt.it linklyhq.com linktr.ee lnk.bio lnkd.in
    lstu.fr me2.kr mcaf.ee n9.cl ow.ly page.link po.st ppt.cc psce.pw q.gs qr.ae qrco.de rb.gy rebrand.ly
    reurl.cc rlu.ru rotf.lol s.coop s.id s2r.co short.gy short.io shorte.st shorturl.asia shorturl.at
    shrtco.de shrtm.nu shr.lc smarturl.it snip.ly soo.gd su.pr surl.li t.co t.ly t2m.io tiny.cc tiny.one
    tiny.pl tinyurl.com tr.im trib.al u.nu u.to urlz.fr urlzs.com v.gd v.ht vk.cc vo.la wp.me x.co x.gd xurl.es
    y2u.be yourls.org youtu.be yt.vu zpr.io
    """.split()
)
