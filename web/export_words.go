package web

import "github.com/izdeu/izdeu/dispatch"

// The words in a file of the map; those of the board.
var (
	wordExportDemo  = phrase{"демо деректер, нақты оқиғалар емес", "демонстрационные данные, не настоящие происшествия", "demo data, not real cases"}
	wordDrill       = phrase{"оқу-жаттығу", "учения", "exercise"}
	wordApproximate = phrase{"орны шамамен", "место приблизительно", "the place is approximate"}
	wordAtBase      = phrase{"базада", "на базе", "at base"}
	wordTrack       = phrase{"жүрген жолы", "трек", "track"}
)

var pointWords = map[string]phrase{
	"staging": {"жиналу орны", "место сбора", "meeting point"},
	"home":    {"үйі", "дом", "home"},
	"clue":    {"із, белгі", "след, находка", "clue"},
	"found":   {"табылған орны", "место обнаружения", "place of find"},
	"hazard":  {"қауіпті жер", "опасность", "danger"},
}

// pointSymbols are waypoint symbols that receivers of several makers know.
var pointSymbols = map[string]string{"staging": "Flag, Blue", "home": "Residence", "clue": "Information", "found": "Flag, Green", "hazard": "Danger Area"}

var statusWords = map[dispatch.Status]phrase{
	dispatch.StatusReview:    {"тексерілуде", "проверяется", "being checked"},
	dispatch.StatusWaiting:   {"жасақ жоқ", "нет отряда", "no team"},
	dispatch.StatusAssigned:  {"жасақ қабылдады", "отряд принял", "team accepted"},
	dispatch.StatusSearching: {"іздеу жүріп жатыр", "идёт поиск", "searching"},
	dispatch.StatusEnded:     {"іздеу аяқталды", "поиск завершён", "search ended"},
	dispatch.StatusFound:     {"табылды", "найден(а)", "found"},
	dispatch.StatusMissing:   {"табылмады, іздеу тоқтатыла тұрды", "не найден(а), поиск приостановлен", "not found, search suspended"},
	dispatch.StatusDeceased:  {"қайтыс болған", "погиб(ла)", "deceased"},
	dispatch.StatusClosed:    {"жабылды", "закрыто", "closed"},
}

var urgencyWords = map[dispatch.Urgency]phrase{
	dispatch.Routine:         {"кәдімгі", "обычная", "routine"},
	dispatch.Urgent:          {"шұғыл", "срочно", "urgent"},
	dispatch.LifeThreatening: {"өмірге қауіп бар", "угроза жизни", "life-threatening"},
}
