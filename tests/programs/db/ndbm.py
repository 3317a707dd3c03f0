"""dbm.ndbm: files in Berkeley DB's format, read, changed and made."""
import base64
import dbm
import dbm.ndbm
import os
import tempfile
import zlib

# Written by Berkeley DB 5.3: long keys and values, removed pairs, a table that has grown.
FILE = (
    'c-rlqeTY>>6u|Fu-CfN+=V+x#nQX3-ABFe6`|;i-Gbt?<LP^b1Gq>8*RdzFLH<LaEwLf%)GU|^+qAbZ;$s`g2q4JNka7i@64=^wdB+c-'
    'n#JX>0&b;0GSY61F<ow{>Gjq<oy)(K`_|3b6j^j8PM^oFk!s%IP^iEzqbk2khlsWG>&IQNWKjKi!^L3olufoq7n!J`JueMe5W@k(;;|PKv2!bF'
    '8f*=Tja3x9m`6#Cq95_cu=n(CqZ)hXEOUvmcdXbu`i5jVa=Fwc5Ll4p<8bu)uq5*Uh^`-'
    'N88V}$;+=1J%6*uBr_&UCT&DenR@KJmiAHoMPMjr>^0PKb3cpgr}argxe!jG^I+F&<)4Xv;R*1;NB3QOP#m;vKp3XF!aFcOBr^)M-'
    'E$4~<Up&!WKn;-~+AP9mW2$#W!7St`NZhW$O{xgfK8=D)dpQ@c(x43Lt;mgoe$#gIB2FKaly_51K-j&QFQ!=Cr?@30)kq+5RQ|-'
    'cM>#Fl{p_^PyH&oq_yPoQLrkl%iETogG=>{BCIxy)dmyU&UaxH|AClIJR27Jdr-7(-h`W-'
    '`|=5r~}QDu2De!x+sc{0AsQKemz&gRmwP)@F<>!+hC`)UbZWJY;GWE-jw6f0TV&=p>`=c_vvf{Ixa@+Jl*@<cr^EN!SEUTBASr42oV|2RE2vJF'
    '*n?M&UQZRkpt{l8ng-'
    '~YRvdgcEIXfJJ}EwrBAR{p<`>S!iSrHOP8#grwFhSM;rp&RKsI)f+iC?3W(+=<(8D{jE`xB_2E%>Oa0#hEw*r{Wa6AIIWo3~?k5#Qs=`-'
    'S89~hduB;Y)#Dn&BXg#;5AqYuO{}t80uj%+y@h23=D@`U^a|{yC4D=Zh$_}8?J$KRew~Ss*-'
    '=N1VIo4K@bE%=v?oW?y~%5IjXESv^)!0E^acdSeabR&KN64Os=MXsZmMj!jOEv<o2nk+?zc<7p9{svnuAibW~;5L?ekx5m^u;PU@^pXE~}g>us'
    'o(67o_)wUkgVCD2O=wBiQ5B0o+?W$L^l-%CeT<|&(Ls9EqNvJpp><tb-'
    '*tR8HQTnl;5s=Hs>&<^ight~?PRo#zFv_CK#Yln|*LK}P58hcjzdDi;5m$waV?s;1YY(rN9TXAheSL~jFn=5T-'
    'xwory{nCaW;<NvkwflhF>ohC>KT9X+1RbNJbeP)cTiQ-vP%C{%YiTt-O$%reji=ja2o0v2X#n-'
    '3a&qV_{*K4+XZ#8G;1Bp6?!q1TF@AunaV0k6BAkOWZ~~6SQ5fOvc&pk6Anb`fup4IZFE|YQ;VbwOHo*p13u|B{EQ4lP3XM<;(_kWuhC5&+42J&'
    'l{l6dxf*=TjAPAR<vi`kil_zm%P2xuj8yn_omrA9(Hj2~LafU0Mk0|U0a3|oXvh0Gf%Tc9S1oOFcRC@_5fq6e2Ratv&PHSzBtu|8gh<GBAQrd`'
    '(Hc~<xvCpa^*TOtUm1VOH1CA=qO9@?$D$Pp?a_Oix5qK%=>cyzadMU=xt)Oc^w|cJayeQ{NgSo?AuC?5JOCNBwF3y`5?HhVmz-'
    '|KgVQE7Tv3KS@j`j^b#LkB|F+9DC;T5+r%sxhOBg1S{cy`-@_Y3rPfveZxnzgv*$phDA|L@-'
    'JcYlo2r2PN4#QYD^KH5vW>2umlZ_p}QMD;YCCexi1QB7j~*HSOa(4Tk$e^uZ8e~O#%BYYp<!*#e8TW~qPjEz{2^YL+<n0WsP9D-'
    'F?f#vu&T!6E122R4!#QNJ{Cv1bQ@ELrPcz+8t!3t<du8+X<#QDc3&hI78KOFib?%zw?Ul0UA5ClOGgnx%Nr_>kvamSdsXtx-Zna3q%Yx!M!Uzm'
    '=n9CmzwA>ydAQD@IJm}dZ#Cg!v%N7@D>ErSu;cNnLml5?I_7^b5t+YJCO9aY)W&jGN(M;uj_C#@fs_gQLveH1`X);ug<d{#bAM`g6uz{7M@Woz'
    'Go9v;~7`iO!T6h~+qx2F_5K8xV#!w8-'
    '|jo|Td1W%tw@ciOdfomJOVyDlC5!yGj<Xflb0}1ULdWf}rFCFzRfVTVM*#%dx*0rm3^+4BS|1UQmf(q3?LQds#f*=TjAP9mW2!bG7C9wZjm_2|'
    '>@qa-O1VIo4K@bE%xN7~s((D1~{;V?be?j;!KXrm22!bF8f*=T2;NXj+|Nn?$e{*-Ia)BTS!v6%>RT2b25ClOGgiG-cbLro+'
)


def attempt(work, *args):
    try:
        print(work(*args))
    except (OSError, KeyError, TypeError, ValueError) as error:
        print(type(error).__name__, error)


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    with open("old.db", "wb") as file:
        file.write(zlib.decompress(base64.b85decode(FILE)))
    print(dbm.whichdb("old"))
    with dbm.ndbm.open("old", "r") as db:
        print(len(db), sorted(db.keys())[:5], db["key1"], db[b"key3"], len(db["long"]), db["k" * 1200])
        print("key7" in db, db.get("key7"), db.get("key7", "none"))
        attempt(db.__setitem__, "a", "b")
        attempt(db.__delitem__, "key1")
        attempt(db.__getitem__, "nothing")
        attempt(db.__getitem__, 1)
        attempt(db.__contains__, 1)
        attempt(db.get, 1)
        attempt(db.get, bytearray(b"key1"))
        attempt(db.__getitem__, bytearray(b"key1"))
    attempt(db.keys)
    with dbm.ndbm.open("old", "w") as db:
        for i in range(150, 600):
            db[f"key{i}"] = f"new {i}"
        for i in range(0, 600, 3):
            if f"key{i}" in db:
                del db[f"key{i}"]
        db["long"] = "shorter"
        attempt(db.__delitem__, "nothing")
        print(db.setdefault("key1", "x"), db.setdefault("fresh", "x"))
        attempt(db.__setitem__, 1, "x")
        attempt(db.__setitem__, "x", 1)
    with dbm.ndbm.open("old") as db:
        print(len(db), db["key599"], db["long"], db["fresh"])
        print(sum(len(db[key]) for key in db.keys()))
    with dbm.ndbm.open("new", "n", 0o600) as db:
        print(bool(db), len(db), os.listdir())
        for i in range(300):
            db[str(i)] = "x" * (i * 40 + 1)
    with dbm.ndbm.open("new", "c") as db:
        print(bool(db), len(db), all(len(db[str(i)]) == i * 40 + 1 for i in range(300)))
        db.clear()
        print(bool(db), len(db))
    print(oct(os.stat("new.db").st_mode))
    with open("bad.db", "wb") as file:
        file.write(b"nothing of the kind" * 500)
    attempt(dbm.ndbm.open, "bad")
    attempt(dbm.ndbm.open, "absent")
    attempt(dbm.ndbm.open, "absent", "q")
    attempt(dbm.ndbm.open, "a\0b")
    print(dbm.ndbm.error.__mro__)
