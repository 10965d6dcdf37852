package web

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/jpeg"
	_ "image/png" // photos may come as PNG
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"golang.org/x/sync/semaphore"

	"github.com/izdeu/izdeu/dispatch"
)

const (
	// photoPixels bounds what is decoded, and so its memory: 2048 × 2048. The
	// board reduces what a phone takes to 1600 pixels.
	photoPixels = 2048 * 2048
	// smallSide is the longer side of a photo in a list, pixels.
	smallSide = 320
	// photosAtOnce bounds the photos that are decoded at the same time.
	photosAtOnce = 2
	// photoLimit is how long a photo may take to come: half a megabyte at 50 kbit/s.
	photoLimit = 90 * time.Second
	// photoQuality of JPEG.
	photoQuality, smallQuality = 80, 70
)

// registerPhotos adds the photos of a case's points: bodies that are no JSON.
func (s *Server) registerPhotos(mux *http.ServeMux) {
	decoding := semaphore.NewWeighted(photosAtOnce)
	const path = apiRoot + "/cases/{id}/photos/{photo_id}"
	mux.HandleFunc("PUT "+path, s.withCaller(opPutPhoto, func(w http.ResponseWriter, r *http.Request) error { return s.putPhoto(w, r, decoding) }))
	mux.HandleFunc("GET "+path, s.withCaller(opGetPhoto, s.getPhoto))
	s.document(operation{id: opPutPhoto, method: http.MethodPut, path: path, tag: "cases", summary: "Send the photo of a point",
		about: "A JPEG or PNG of at most 1 MiB and 2048 × 2048 pixels, upright. It is kept without its metadata. First send case.point with the id in photo: " +
			"a photo that no point names is not taken. What is there stays: the same again is answered the same, and one that was erased is not taken again.",
		answers: map[int]any{204: nil}, errors: []int{404, 413, 422, 503}})
	s.document(operation{id: opGetPhoto, method: http.MethodGet, path: path, tag: "cases", summary: "The photo of a point",
		about:   "A JPEG; with ?size=small at most 320 pixels wide and high. 404 also while it is on its way, 410 once it was erased.",
		answers: map[int]any{200: nil}, errors: []int{404, 410, 503}})
	// huma describes neither addresses nor bodies of what is not its own.
	text := &huma.Schema{Type: huma.TypeString}
	picture := map[string]*huma.MediaType{"image/jpeg": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}
	item := s.api.OpenAPI().Paths[path]
	for _, one := range []*huma.Operation{item.Put, item.Get} {
		one.Parameters = append(one.Parameters, &huma.Param{Name: "id", In: "path", Required: true, Schema: text, Description: "The case's id"},
			&huma.Param{Name: "photo_id", In: "path", Required: true, Schema: text, Description: "As a point of the case names it"})
	}
	item.Get.Parameters = append(item.Get.Parameters, &huma.Param{Name: "size", In: "query", Schema: &huma.Schema{Type: huma.TypeString, Enum: []any{"small"}}})
	item.Get.Responses["200"].Content = picture
	item.Put.RequestBody = &huma.RequestBody{Required: true, Content: picture}
}

// withCaller is admit for the handlers that are not huma's and need the caller.
func (s *Server) withCaller(operation Operation, handle func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		who, refused := s.allowed(r, operation)
		if refused != nil {
			refused.write(w)
			return
		}
		r = r.WithContext(context.WithValue(r.Context(), callerKey{}, who))
		if err := handle(w, r); err != nil {
			s.problemOf(r.Context(), err).write(w)
		}
	}
}

// caseWithPhoto gives the case whose point names the photo, to who sees it.
func (s *Server) caseWithPhoto(r *http.Request) (*dispatch.Case, error) {
	c, seen, err := s.seenCase(r.Context(), r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	id := r.PathValue("photo_id")
	if !seen.personal || id == "" || !slices.ContainsFunc(c.Personal.Points, func(p dispatch.Point) bool { return p.Photo == id }) {
		return nil, unknownPhoto()
	}
	return c, nil
}

func unknownPhoto() *Problem {
	return problem(http.StatusNotFound, codeUnknownPhoto, "No point of the case names such a photo, or it is not there yet.")
}

func (s *Server) putPhoto(w http.ResponseWriter, r *http.Request, decoding *semaphore.Weighted) error {
	ctx, cancel := context.WithTimeout(r.Context(), photoLimit)
	defer cancel()
	c, err := s.caseWithPhoto(r)
	if err != nil {
		return err
	}
	// A photo over a bad line takes longer than other requests may.
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(photoLimit))
	_ = control.SetWriteDeadline(time.Now().Add(photoLimit + writeLimit))
	body, err := io.ReadAll(r.Body)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large), len(body) > bodyLimit:
		return problem(http.StatusRequestEntityTooLarge, codeTooLarge, "A photo has at most 1 MiB: make it smaller.")
	case err != nil:
		return problem(http.StatusRequestTimeout, codeTimeout, "The photo did not come in time; send it again.")
	}
	if err := decoding.Acquire(ctx, 1); err != nil {
		return problem(http.StatusServiceUnavailable, codeTimeout, "Other photos are being taken in; send it again.").after(time.Second)
	}
	full, small, err := readPhoto(body)
	decoding.Release(1)
	if err != nil {
		return err
	}
	id := r.PathValue("photo_id")
	added, err := s.config.Store.PutPhoto(ctx, dispatch.Photo{Case: c.Key, ID: id, At: s.clock().UTC(), Image: full, Small: small})
	if err != nil {
		return storeError(err)
	}
	if added {
		s.log.Info("web: a photo is kept", "case", c.ID, "photo", id, "key", callerOf(ctx).id)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *Server) getPhoto(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := context.WithTimeout(r.Context(), queryLimit)
	defer cancel()
	c, err := s.caseWithPhoto(r)
	if err != nil {
		return err
	}
	photo, err := s.config.Store.Photo(ctx, c.Key, r.PathValue("photo_id"))
	if err != nil {
		return storeError(err)
	}
	if photo == nil {
		return unknownPhoto()
	}
	if photo.Erased() {
		return problem(http.StatusGone, codePhotoErased, "An administrator has erased the photos of this case.")
	}
	shown := photo.Image
	if r.URL.Query().Get("size") == "small" {
		shown = photo.Small
	}
	header := w.Header()
	header.Set("Content-Type", "image/jpeg")
	header.Set("Content-Length", strconv.Itoa(len(shown)))
	// It never changes, but who may see it does: the browser forgets it with the page.
	header.Set("Cache-Control", "private, no-store")
	_, _ = w.Write(shown) // the client may be gone
	return nil
}

// readPhoto makes of what came a JPEG without metadata, and a small one.
func readPhoto(body []byte) (full, small []byte, err error) {
	wrong := func(detail string) error { return invalidField("", detail) }
	// What it is is seen from its bytes, whatever the sender says.
	if kind := http.DetectContentType(body); kind != "image/jpeg" && kind != "image/png" {
		return nil, nil, wrong("must be a JPEG or PNG")
	}
	size, _, err := image.DecodeConfig(bytes.NewReader(body))
	switch {
	case err != nil || size.Width < 1 || size.Height < 1:
		return nil, nil, wrong("cannot be read as a JPEG or PNG")
	case size.Width > photoPixels/size.Height:
		return nil, nil, wrong("has too many pixels: at most " + strconv.Itoa(photoPixels) + ", such as 2048 × 2048")
	}
	picture, _, err := image.Decode(bytes.NewReader(body))
	if err != nil {
		return nil, nil, wrong("cannot be read as a JPEG or PNG")
	}
	if full, err = packed(picture, photoQuality); err != nil {
		return nil, nil, err
	}
	small, err = packed(reduced(picture, smallSide), smallQuality)
	return full, small, err
}

func packed(picture image.Image, quality int) ([]byte, error) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture, &jpeg.Options{Quality: quality}); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// reduced gives the picture with its longer side at most so long: each pixel is
// the mean of those it stands for.
func reduced(picture image.Image, side int) image.Image {
	from := picture.Bounds()
	longer := max(from.Dx(), from.Dy())
	if longer <= side {
		return picture
	}
	width, height := max(1, from.Dx()*side/longer), max(1, from.Dy()*side/longer)
	to := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		top, bottom := from.Min.Y+y*from.Dy()/height, from.Min.Y+(y+1)*from.Dy()/height
		for x := range width {
			left, right := from.Min.X+x*from.Dx()/width, from.Min.X+(x+1)*from.Dx()/width
			var red, green, blue, n uint64
			for v := top; v < bottom; v++ {
				for u := left; u < right; u++ {
					r, g, b, _ := picture.At(u, v).RGBA()
					red, green, blue, n = red+uint64(r), green+uint64(g), blue+uint64(b), n+1
				}
			}
			i := to.PixOffset(x, y)
			to.Pix[i], to.Pix[i+1], to.Pix[i+2], to.Pix[i+3] = uint8(red/n>>8), uint8(green/n>>8), uint8(blue/n>>8), 0xff // #nosec G115 -- a mean of 16 bits, shifted by 8
		}
	}
	return to
}
