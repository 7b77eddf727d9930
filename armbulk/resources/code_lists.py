"""Code lists of the ISO standards and of Peppol. ARM's own code lists are not documented.

The ISO lists are those of pycountry 26.2.16; a test compares them with the installed version.
"""

from collections.abc import Mapping

COUNTRIES = frozenset(
    (
        "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY "
        "BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK "
        "FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR "
        "IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK "
        "ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM "
        "PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF "
        "TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW"
    ).split()
)
"""ISO 3166-1 alpha-2 country codes, in capitals, and XK, the code in use for Kosovo."""

CURRENCIES = frozenset(
    (
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE "
        "CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF "
        "GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR "
        "LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN "
        "PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS "
        "TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAD XAF XAG XAU XBA XBB XBC "
        "XBD XCD XCG XDR XOF XPD XPF XPT XSU XTS XUA XXX YER ZAR ZMW ZWG"
    ).split()
)
"""ISO 4217 alphabetic currency codes."""

LANGUAGES = frozenset(
    (
        "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el "
        "en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it "
        "iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt "
        "my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk "
        "sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi "
        "yo za zh zu"
    ).split()
)
"""ISO 639-1 language codes, in small letters."""

PEPPOL_SCHEMES = frozenset(
    (
        "0002 0007 0009 0037 0060 0088 0096 0097 0106 0130 0135 0142 0147 0151 0154 0158 0170 0177 0183 0184 0188 0190 "
        "0191 0192 0193 0194 0195 0196 0198 0199 0200 0201 0202 0203 0204 0205 0208 0209 0210 0211 0212 0213 0215 0216 "
        "0217 0218 0221 0225 0230 0235 0240 9901 9910 9913 9914 9915 9918 9919 9920 9922 9923 9924 9925 9926 9927 9928 "
        "9929 9930 9931 9932 9933 9934 9935 9936 9937 9938 9939 9940 9941 9942 9943 9944 9945 9946 9947 9948 9949 9950 "
        "9951 9952 9953 9957 9959"
    ).split()
)
"""Registers of electronic addresses: the EAS code list of OpenPeppol and the EU (0192 is Norway's)."""

POSTAL_CODE_DIGITS = {
    "NO": 4, "DK": 4, "FI": 5, "AX": 5, "DE": 5, "FR": 5, "IT": 5, "ES": 5, "TR": 5, "UA": 5, "EE": 5, "LT": 5,
    "US": 5, "MX": 5, "RO": 6, "VA": 5, "PR": 5, "KR": 5, "MY": 5, "LK": 5, "AU": 4, "NZ": 4, "ZA": 4, "PH": 4, "AM": 4,
    "GE": 4, "SG": 6, "CN": 6, "KZ": 6, "JP": 7,
}  # fmt: skip
"""The digits of postal codes that are digits alone and may begin with 0, by country."""

CITIES_WITH_ZERO: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "NO": {"oslo": tuple(f"0{digit}" for digit in range(1, 10))},
    "FI": {"helsinki": ("00",), "helsingfors": ("00",), "vantaa": ("01",), "vanda": ("01",), "espoo": ("02",),
           "esbo": ("02",)},
    "DE": {"dresden": ("01",), "leipzig": ("04",), "chemnitz": ("09",)},
    "FR": {"nice": ("06",), "cannes": ("06",)},
    "IT": {"roma": ("00",), "rom": ("00",), "rome": ("00",)},
    "ES": {"barcelona": ("08",)},
    "US": {"boston": ("02",)},
}  # fmt: skip
"""Country → city in small letters → the first two digits of its postal codes (the registers of the postal services)."""

NORWAY_NAMES = ("norge", "noreg", "norga", "norway", "norwegen", "no", "nor", "n")
"""What Norway is called in the text of a country, in small letters."""

COMMON_COUNTRIES = ("NO", "SE", "DK", "FI", "IS", "DE", "GB", "NL", "PL", "US")
COMMON_CURRENCIES = ("NOK", "SEK", "DKK", "EUR", "USD", "GBP")
COMMON_LANGUAGES = ("no", "nb", "nn", "en", "sv", "da", "fi", "de")
COMMON_SCHEMES = ("0192", "0007", "0184", "0216", "0088", "0060")
"""What the drop-downs of templates offer first; every other value of the lists above is valid, too."""
