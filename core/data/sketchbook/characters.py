"""Which characters the sketchbook holds, script by script."""

from __future__ import annotations

from functools import cache

from core.data.sources import CHINESE

NUMERALS = tuple(CHINESE.values())
COMMON = (
    "是人了不在有大中国和为这上他个地年来我会以到时要出的生学说道民家子也成行下们于后"
    "就发自之对得主长可过天作分方用多你着部能市等业全里工公经本都而高政法面门动日进区"
    "事代那去心小同北定开产前其军还然起种所如现理机体表力好外与文当两实重新么只山水关"
    "明从化平建又制南内西没此将员名手最东头者月间无安看见各城相但已些正口通想度加第她"
    "合院物性战由位常点海意场武使次向治因立数样身情入原问把路被并利石老教知级量任江及"
    "应省资委务元美特期世湖回系比气汉总展电科金先声提品设或义王社很统处首共马形己儿司"
    "太目基领队直计别女权话少流命至报米给打变果书清活几州华解议更称程今决张导术府才保"
    "交放管结师便走达族反再题色京河接条规式县白它改风光运信受什组听布济党指论强做取技"
    "黄神选记斯真却职号界件花类何眼兵传带空干农边据集联古广完质阳难增历史专官每住商即"
    "步认车台林必死游举线言皇土团收考求德叫近备研争非具李众连调感转笑革该持始英克士尔"
    "让拉思根格造较际亲单朝红型价校约器字段周亚深候则功属积快图火准究往极育装许参半令"
    "吃观鱼精办像帝复影告远群包整构料随划算象容示投势热值夫网望源息语股铁断派速怎需片"
    "爱律纪支早况病境证编越局推满且列觉服双未居除乐企引标确织初青志率项飞球节察龙响药"
    "站施均消客失轻存低甚般击曾防请离落显罗营足素视护副食创余照兴占巴虽洲村费易试星木"
    "黑左宝置跟央识维采底宫房音环案批切斗富乡另倒若按查故突责严桥模仅胜杀围席态破承招"
    "杨负层须父供续状域似依银范修找致密终血旅钱赛独细效玉冲获习医演毛尽脸弹楼艺航陆右"
    "协攻镇检写苏宗章注阿抗弟坐验封紧劳户优财养适陈喜卫排射哥油刻留急降念云微伤例景拿"
    "绝阶座刘刚害印沙母酒助闻超审待压升送监策略限竟香配藏敌呢差仍兰温园树征善波哪词岛"
    "止预怕继皮执味份角草男普答益谁船惊核街夏宣掌田久著画辑奇尼剑吧谈背免孩礼材愿洋春"
    "架筑括晚乱乎讲尚良友临激刀夜室既敢邦挥昌板胡欧福港叶简苦担句岁荆贵娘守辖威宜衣帮"
    "块堂额错剧充欢够孙班呼阵销坚练脚退读测吴希宁换版异某顾曲楚典朱毒菜判救宋茶洪含顺"
    "啊鲜败货矿端兄归冷忙买险康评肉吗厂永哈沉散遗停笔假输牛洞松渐顶训录否述毕督控丰献"
    "姑忽爷互亮纳襄登咱钟伯臣雄季脑介鄂召饭暗扩祖齐短烈赶牌恩诉移诗础露届蒙静喝盘卖植"
    "授伊湾博痛减穿逐秘庭陵固禁票灵杂姓泽吸侧庆妈遇追甲馆补唐炮沿殿刺怪彩俄旧警索岸轮"
    "妇载靠附毫怀软骨探雷旁罪枪牙迎序慢盛雨墙恶谷顿危稳熟概酸操诸绿佛荣针托宽折野付午"
)
"""The 1,000 commonest characters of Chinese besides the numerals, commonest first.

By the word frequencies of jieba 0.42.1 (MIT licence), each word counting for its characters.
"""

_JOINING = "ئبتثجحخسشصضطظعغفقكلمنهي" + "پچکگی" + "ٹھہ" + "ڠڤݢڽ"
_JOINING_BEFORE_ONLY = "اأإآدذرزوؤةى" + "ژ" + "ڈڑںےۓۂ" + "ۏ"
"""Letters of Arabic, Persian, Urdu and Jawi, in this order; the last join to what precedes them."""
_LAM_ALEF = ("لا", "لأ", "لإ", "لآ")
_TATWEEL = "ـ"


def _arabic() -> list[str]:
    found = ["ء", *_JOINING, *_JOINING_BEFORE_ONLY, *_LAM_ALEF]
    found += [_TATWEEL + each for each in [*_JOINING, *_JOINING_BEFORE_ONLY, *_LAM_ALEF]]
    for each in _JOINING:
        found += [each + _TATWEEL, _TATWEEL + each + _TATWEEL]
    return [*found, *"٠١٢٣٤٥٦٧٨٩۴۵۶"]


_DEVANAGARI = "कखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसह"
_DEVANAGARI_CONJUNCTS = (
    "क्ष त्र ज्ञ श्र क्र प्र ग्र द्र भ्र ब्र क्त क्य क्ल ख्य ग्न ग्य घ्न च्च च्छ ज्ज ज्य ञ्च ञ्ज ट्ट ट्र ड्ड ड्र ण्ट "
    "ण्ड त्त त्य त्न त्म त्व त्स थ्य द्द द्ध द्म द्य द्व ध्य न्त न्द न्न न्म न्य न्ह प्त प्प प्य प्ल ब्द ब्ब ब्य भ्य म्प म्ब म्म "
    "म्य म्ह र्क र्म र्व ल्प ल्ल ल्य व्य श्च श्न श्व ष्ट ष्ठ ष्ण स्क स्त स्थ स्न स्प स्म स्य स्व स्र ह्न ह्म ह्य ह्र ह्व"
)


def _devanagari() -> list[str]:
    vowels = ["अ", "आ", "इ", "ई", "उ", "ऊ", "ऋ", "ए", "ऐ", "ओ", "औ", "अं", "अः", "ऑ"]
    dotted = ["क़", "ख़", "ग़", "ज़", "ड़", "ढ़", "फ़"]
    signs = "ािीुूृेैोौंः"
    syllables = [each + sign for each in _DEVANAGARI for sign in signs]
    return [
        *vowels,
        *_DEVANAGARI,
        "ळ",
        *dotted,
        *"०१२३४५६७८९",
        *syllables,
        *_DEVANAGARI_CONJUNCTS.split(),
    ]


_BAYBAYIN = "ᜃᜄᜅᜆᜇᜈᜉᜊᜋᜌᜎᜏᜐᜑ"
_KANNADA = "ಕಖಗಘಙಚಛಜಝಞಟಠಡಢಣತಥದಧನಪಫಬಭಮಯರಲವಶಷಸಹಳ"
_KANNADA_CONJUNCTS = (
    "ಕ್ಷ ಜ್ಞ ಕ್ರ ಕ್ಲ ಕ್ತ ಗ್ರ ಗ್ಯ ಚ್ಛ ಜ್ಯ ಟ್ರ ಡ್ರ ತ್ರ ತ್ಯ ತ್ವ ತ್ಸ ತ್ಮ ದ್ಧ ದ್ಯ ದ್ರ ದ್ವ ಧ್ಯ ನ್ಯ ನ್ಮ ನ್ತ ನ್ದ ಪ್ರ ಪ್ತ ಬ್ರ "
    "ಬ್ದ ಭ್ಯ ಮ್ಮ ಮ್ಯ ರ್ಕ ರ್ಮ ರ್ಯ ಲ್ಯ ವ್ಯ ಶ್ರ ಶ್ಚ ಶ್ವ ಷ್ಟ ಷ್ಠ ಷ್ಣ ಸ್ತ ಸ್ಥ ಸ್ಯ ಸ್ವ ಸ್ಕ ಸ್ಪ ಹ್ಯ ಹ್ಮ ಹ್ನ"
)


def _kannada() -> list[str]:
    vowels = ["ಅ", "ಆ", "ಇ", "ಈ", "ಉ", "ಊ", "ಋ", "ಎ", "ಏ", "ಐ", "ಒ", "ಓ", "ಔ", "ಅಂ", "ಅಃ"]
    signs = "ಾಿೀುೂೃೆೇೈೊೋೌಂಃ"
    syllables = [each + sign for each in _KANNADA for sign in signs]
    doubled = [f"{each}್{each}" for each in _KANNADA]
    conjuncts = dict.fromkeys([*doubled, *_KANNADA_CONJUNCTS.split()])
    return [*vowels, *_KANNADA, *"೦೧೨೩೪೫೬೭೮೯", *syllables, *conjuncts]


def _baybayin() -> list[str]:
    kudlit = "ᜒᜓ᜔"
    return [*"ᜀᜁᜂ", *_BAYBAYIN, *(each + mark for each in _BAYBAYIN for mark in kudlit)]


def _english() -> list[str]:
    return [*"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"]


def _spelled() -> dict[str, str]:
    """Return the letters of Baybayin by the names that its Kaggle set gives them."""
    found = {"a": "ᜀ", "e_i": "ᜁ", "o_u": "ᜂ", "da_ra": "ᜇ"}
    sounds = ("k", "g", "ng", "t", "d", "n", "p", "b", "m", "y", "l", "w", "s", "h")
    for sound, letter in zip(sounds, _BAYBAYIN, strict=True):
        found[sound] = f"{letter}᜔"
        found[f"{sound}a"] = letter
        found[f"{sound}e_{sound}i"] = f"{letter}ᜒ"
        found[f"{sound}o_{sound}u"] = f"{letter}ᜓ"
    return found


_SPELLED = _spelled()
_CHINESE = frozenset((*NUMERALS, *COMMON))
_LISTS = {
    "arabic": _arabic,
    "baybayin": _baybayin,
    "chinese": lambda: [*NUMERALS, *COMMON],
    "devanagari": _devanagari,
    "english": _english,
    "kannada": _kannada,
}


def letter_of(script: str, character: str) -> str:
    """Return the letter that a data set calls by its sound, or the character as it is.

    Example:
        >>> letter_of("baybayin", "ka"), letter_of("english", "k")
        ('ᜃ', 'k')
    """
    return _SPELLED.get(character, character) if script == "baybayin" else character


def is_basic(character: str) -> bool:
    """Whether a character is a letter, a digit or a numeral by itself, as beginners write it."""
    return character in NUMERALS if character in _CHINESE else len(character) == 1


def is_digit(character: str) -> bool:
    """Whether a character stands for a number: a digit of any script or a Chinese numeral."""
    return character.isdecimal() or character in NUMERALS


@cache
def characters(script: str) -> tuple[str, ...]:
    """Return the characters of a script, each once.

    Chinese: 15 numerals and 1,000 common characters. Arabic: the letters of Arabic, Persian, Urdu
    and Jawi in their isolated, initial, medial and final forms, and digits; a tatweel stands on
    each side that joins. Latin: letters and digits. Devanagari and Kannada: letters, digits, vowel
    signs on every consonant, common conjuncts. Baybayin: letters, with the upper and the lower
    kudlit and with the virama.
    """
    return tuple(dict.fromkeys(_LISTS[script]()))
