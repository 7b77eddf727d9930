"""Code lists: what the ISO standards and Peppol publish. ARM's own lists are not documented."""

from functools import cache

import pycountry

PEPPOL_SCHEMES = frozenset(
    (
        "0002 0007 0009 0037 0060 0088 0096 0097 0106 0130 0135 0142 0147 0151 0154 0158 0170 0177 0183 0184 0188 0190 "
        "0191 0192 0193 0194 0195 0196 0198 0199 0200 0201 0202 0203 0204 0205 0208 0209 0210 0211 0212 0213 0215 0216 "
        "0217 0218 0221 0225 0230 0235 0240 9901 9910 9913 9914 9915 9918 9919 9920 9922 9923 9924 9925 9926 9927 9928 "
        "9929 9930 9931 9932 9933 9934 9935 9936 9937 9938 9939 9940 9941 9942 9943 9944 9945 9946 9947 9948 9949 9950 "
        "9951 9952 9953 9957 9959"
    ).split()
)
"""Registers of electronic addresses: the EAS code list that OpenPeppol and the EU maintain (0192 is Norway's)."""


@cache
def countries() -> frozenset[str]:
    """ISO 3166-1 alpha-2 codes, in capitals; XK, which everybody uses for Kosovo, too."""
    return frozenset({one.alpha_2 for one in pycountry.countries} | {"XK"})


@cache
def currencies() -> frozenset[str]:
    """ISO 4217 alphabetic codes."""
    return frozenset(one.alpha_3 for one in pycountry.currencies)


@cache
def languages() -> frozenset[str]:
    """ISO 639-1 codes, in small letters."""
    return frozenset(one.alpha_2 for one in pycountry.languages if hasattr(one, "alpha_2"))
